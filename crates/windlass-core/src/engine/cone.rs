//! A cone: what lies between two cuts of the graph, computed by one worker alone.
//!
//! Its steps run a few rows at a time. Each step keeps the rows that will be asked for again in
//! a ring, so nothing is computed twice within a task.

use super::context::Grain;
use super::program::{Arg, Program, Temps};
use super::store::Held;
use crate::image::{Node, Work};
use crate::operator::{Ask, DynOperator, Run, Shape, Want};
use crate::pixels::{Buffer, stride_of};
use crate::{Pixels, Rect, Region, RegionMut};
use std::any::Any;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;
use windlass_io::{Error, ErrorKind, Result};

/// Where a step's input comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Feed {
    /// An earlier step of the cone
    Step(usize),
    /// A store, by number in the plan
    Store(usize),
    /// Pixels at hand, by number in the plan
    Memory(usize),
}

/// A node of a cone, or a group of point nodes fused.
pub(crate) struct Step {
    pub(crate) node: Arc<Node>,
    pub(crate) feeds: Vec<Feed>,
    pub(crate) work: StepWork,
}

pub(crate) enum StepWork {
    Area,
    Program(Program),
}

/// Steps in order of dependency; the root is the last one, or a feed itself.
pub(crate) struct Cone {
    pub(crate) steps: Vec<Step>,
    pub(crate) root: Feed,
    pub(crate) rect: Rect,
    pub(crate) pixel: usize,
    grain: Grain,
    /// Rows of an input that neighbouring rows of some step share, at most
    shared: i32,
}

impl Step {
    fn operator(&self) -> Option<&dyn DynOperator> {
        match &self.node.work {
            Work::Area(operator) => Some(&**operator),
            Work::Memory(_) | Work::Point(_) | Work::Whole(_) | Work::Rows(_) | Work::Tiles(_) => {
                None
            }
        }
    }

    /// The work per sample, in point operations.
    pub(crate) fn cost(&self) -> f64 {
        match &self.work {
            StepWork::Area => self.operator().map_or(1.0, |o| f64::from(o.traits().cost)),
            StepWork::Program(program) => program.len() as f64,
        }
    }

    /// The pixels of an input that a part of it, which may stick out, consists of.
    fn inside(&self, input: usize, part: Rect) -> Rect {
        let node = match &self.work {
            StepWork::Area => &self.node.inputs[input],
            // all inputs of a program have its size
            StepWork::Program(_) => &self.node,
        };
        clip(part, node.width, node.height)
    }

    /// Rows of an input that a row and the one below it both need.
    fn shared(&self) -> i32 {
        if self.operator().is_none_or(|operator| operator.traits().shape == Shape::Tiles) {
            return 0;
        }
        let rows = |height: i32| {
            let rect = self.node.rect();
            let out = Rect { top: rect.top + rect.height / 2, height, ..rect };
            let wants = self.ask(out).wants.into_iter().map(|want| match want {
                Want::Read { part, .. } => part.height,
                Want::Same { .. } | Want::Place { .. } | Want::Maybe { .. } => 0,
            });
            wants.max().unwrap_or(0)
        };
        if self.node.height < 4 { 0 } else { 2 * rows(1) - rows(2) }
    }

    fn ask(&self, out: Rect) -> Ask {
        let mut ask = Ask::default();
        match self.operator() {
            Some(operator) => operator.needs(out, &mut ask),
            None => (0..self.feeds.len()).for_each(|input| ask.read(input, out)),
        }
        ask
    }
}

/// How the nodes above some cuts become a cone.
pub(crate) struct Builder<'a> {
    /// What is not computed in the cone: stores and pixels at hand, by node
    pub(crate) feeds: &'a dyn Fn(&Arc<Node>) -> Option<Feed>,
    pub(crate) grain: Grain,
}

impl Builder<'_> {
    /// The cone of `root`, which is computed in it even where it is a store itself.
    pub(crate) fn build(&self, root: &Arc<Node>, root_is_store: bool) -> Cone {
        let (rect, pixel) = (root.rect(), root.pixel());
        if !root_is_store && let Some(root) = (self.feeds)(root) {
            return Cone { steps: Vec::new(), root, rect, pixel, grain: self.grain, shared: 0 };
        }
        let nodes = self.nodes(root);
        let leaders = leaders(&nodes);
        let steps = self.steps(&nodes, &leaders);
        let shared = steps.iter().map(Step::shared).max().unwrap_or(0);
        Cone { root: Feed::Step(steps.len() - 1), steps, rect, pixel, grain: self.grain, shared }
    }

    /// The nodes of the cone, in order of dependency.
    fn nodes(&self, root: &Arc<Node>) -> Vec<Arc<Node>> {
        let mut nodes = BTreeMap::new();
        let mut open = vec![Arc::clone(root)];
        while let Some(node) = open.pop() {
            if nodes.contains_key(&node.id) {
                continue;
            }
            open.extend(node.inputs.iter().filter(|input| (self.feeds)(input).is_none()).cloned());
            nodes.insert(node.id, node);
        }
        nodes.into_values().collect()
    }

    fn steps(&self, nodes: &[Arc<Node>], leaders: &[usize]) -> Vec<Step> {
        let position = |node: &Arc<Node>| nodes.binary_search_by_key(&node.id, |n| n.id).ok();
        let mut step_of = vec![usize::MAX; nodes.len()];
        let mut steps: Vec<Step> = Vec::new();
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, leader) in leaders.iter().enumerate() {
            members.entry(*leader).or_default().push(at);
        }
        for (leader, group) in members {
            let node = Arc::clone(&nodes[leader]);
            step_of[leader] = steps.len();
            let feed = |input: &Arc<Node>| {
                (self.feeds)(input).unwrap_or_else(|| {
                    Feed::Step(step_of[position(input).expect("inputs are feeds or in the cone")])
                })
            };
            if matches!(node.work, Work::Area(_)) {
                let feeds = node.inputs.iter().map(feed).collect();
                steps.push(Step { node, feeds, work: StepWork::Area });
                continue;
            }
            let (program, feeds) = fuse(nodes, &group, &position, &feed);
            steps.push(Step { node, feeds, work: StepWork::Program(program) });
        }
        steps
    }
}

/// For each node the last node of its group: point nodes whose readers are all in one group.
fn leaders(nodes: &[Arc<Node>]) -> Vec<usize> {
    let mut leaders: Vec<usize> = (0..nodes.len()).collect();
    let mut readers: Vec<Option<usize>> = vec![None; nodes.len()];
    let mut mixed = vec![false; nodes.len()];
    for at in (0..nodes.len()).rev() {
        let is_point = matches!(nodes[at].work, Work::Point(_));
        if let (true, false, Some(leader)) = (is_point, mixed[at], readers[at]) {
            leaders[at] = leader;
        }
        for input in &nodes[at].inputs {
            let Ok(below) = nodes.binary_search_by_key(&input.id, |n| n.id) else { continue };
            match readers[below] {
                _ if !is_point => mixed[below] = true,
                Some(leader) if leader != leaders[at] => mixed[below] = true,
                _ => readers[below] = Some(leaders[at]),
            }
        }
    }
    leaders
}

/// One program of the nodes in `group`, with its feeds.
fn fuse(
    nodes: &[Arc<Node>],
    group: &[usize],
    position: &dyn Fn(&Arc<Node>) -> Option<usize>,
    feed: &dyn Fn(&Arc<Node>) -> Feed,
) -> (Program, Vec<Feed>) {
    let mut feeds = Vec::new();
    let mut inputs: Vec<Arc<Node>> = Vec::new();
    let parts = group.iter().map(|at| {
        let node = &nodes[*at];
        let args = node.inputs.iter().map(|input| {
            if let Some(inside) = position(input).and_then(|p| group.binary_search(&p).ok()) {
                return Arg::Node(inside);
            }
            let known = inputs.iter().position(|known| Arc::ptr_eq(known, input));
            Arg::Input(known.unwrap_or_else(|| {
                feeds.push(feed(input));
                inputs.push(Arc::clone(input));
                inputs.len() - 1
            }))
        });
        let args: Vec<_> = args.collect();
        (Arc::clone(node), args)
    });
    let parts: Vec<_> = parts.collect();
    (Program::new(parts, &inputs), feeds)
}

impl Cone {
    /// What a task that makes `rect` reads of stores, by asking alone. `asked` is told for each
    /// step how many pixels of it are made.
    pub(crate) fn simulate(
        &self,
        rect: Rect,
        store: &mut dyn FnMut(usize, Rect),
        asked: &mut dyn FnMut(usize, Rect),
    ) {
        let mut demands: BTreeMap<usize, Vec<Rect>> = BTreeMap::new();
        let mut reach =
            |demands: &mut BTreeMap<usize, Vec<Rect>>, feed: Feed, part: Rect| match feed {
                Feed::Step(step) => add(demands.entry(step).or_default(), part),
                Feed::Store(number) => store(number, part),
                Feed::Memory(_) => {}
            };
        reach(&mut demands, self.root, rect);
        while let Some((at, rects)) = demands.pop_last() {
            let step = &self.steps[at];
            for rect in rects {
                asked(at, rect);
                for want in step.ask(rect).wants {
                    let (input, part) = match want {
                        Want::Read { input, part } | Want::Place { input, part, .. } => {
                            (input, part)
                        }
                        Want::Maybe { input, bound } => (input, bound),
                        Want::Same { input, dx, dy } => (input, rect.translate(dx, dy)),
                    };
                    if !part.is_empty() {
                        reach(&mut demands, step.feeds[input], step.inside(input, part));
                    }
                }
            }
        }
    }

    /// Whether some operator's rows need columns of its input.
    fn has_tiles(&self) -> bool {
        let shapes = self.steps.iter().filter_map(|step| step.operator());
        shapes.map(|operator| operator.traits().shape).any(|shape| shape == Shape::Tiles)
    }

    /// Bytes of one row of every step.
    pub(crate) fn row_bytes(&self) -> usize {
        self.steps.iter().map(|step| step.node.row_size()).sum()
    }
}

/// `part` limited to an image, at least its nearest pixel.
fn clip(part: Rect, width: i32, height: i32) -> Rect {
    let left = part.left.clamp(0, width - 1);
    let top = part.top.clamp(0, height - 1);
    let right = part.right().clamp(left + 1, width);
    let bottom = part.bottom().clamp(top + 1, height);
    Rect::new(left, top, right - left, bottom - top)
}

/// Adds a demand to a short list, joined with those that it touches where that wastes little.
fn add(list: &mut Vec<Rect>, mut rect: Rect) {
    let mut at = 0;
    while at < list.len() {
        let other = list[at];
        if other.contains(&rect) {
            return;
        }
        let both = rect.union(&other);
        let touching =
            both.width <= rect.width + other.width && both.height <= rect.height + other.height;
        if touching && both.area() <= (rect.area() + other.area()) * 5 / 4 {
            rect = both;
            list.swap_remove(at);
            at = 0;
        } else {
            at += 1;
        }
    }
    list.push(rect);
}

/// What a worker keeps for a cone from task to task: memory, never a result.
#[derive(Default)]
pub(crate) struct State {
    steps: Vec<StepState>,
    heap: BinaryHeap<usize>,
    jobs: Vec<Job>,
    touched: Vec<usize>,
    pads: Vec<Buffer>,
}

#[derive(Default)]
struct StepState {
    demand: Vec<Rect>,
    views: Vec<View>,
    windows: Vec<Window>,
    scratch: Option<Box<dyn Any + Send>>,
    temps: Temps,
}

/// Where the pixels of a demand are.
struct View {
    rect: Rect,
    from: From,
}

#[derive(Clone, Copy)]
enum From {
    Window(usize),
    Alias {
        feed: Feed,
        dx: i32,
        dy: i32,
    },
    /// Written straight to where the task wants them
    Out,
}

/// Rows of a step, in a ring.
#[derive(Default)]
struct Window {
    rect: Rect,
    row: usize,
    stride: usize,
    rows: usize,
    buffer: Buffer,
    used: bool,
}

struct Job {
    step: usize,
    to: From,
    rect: Rect,
    ask: Ask,
}

/// What a task reads besides its own steps.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'a> {
    pub(crate) memory: &'a [Pixels],
    pub(crate) held: &'a Held,
}

impl Cone {
    /// Forgets what the state holds of another task.
    fn reset(&self, state: &mut State) {
        state.steps.resize_with(self.steps.len(), StepState::default);
        for step in &mut state.steps {
            for window in &mut step.windows {
                window.rect = Rect::default();
            }
        }
    }

    /// Makes `out` row by row; the root is written straight into it.
    pub(crate) fn fill(
        &self,
        state: &mut State,
        inputs: Inputs<'_>,
        out: &mut RegionMut<'_>,
    ) -> Result<()> {
        self.reset(state);
        let rect = out.rect();
        for top in (rect.top..rect.bottom()).step_by(self.roll() as usize) {
            let roll = Rect { top, height: self.roll().min(rect.bottom() - top), ..rect };
            self.roll_into(state, inputs, roll, Some(out))?;
            Self::end_roll(state);
        }
        Ok(())
    }

    /// Makes `rect` a few rows at a time and hands each roll to `take`.
    pub(crate) fn each(
        &self,
        state: &mut State,
        inputs: Inputs<'_>,
        rect: Rect,
        take: &mut dyn FnMut(&Region<'_>) -> Result<()>,
    ) -> Result<()> {
        self.reset(state);
        for top in (rect.top..rect.bottom()).step_by(self.roll() as usize) {
            let roll = Rect { top, height: self.roll().min(rect.bottom() - top), ..rect };
            self.roll_into(state, inputs, roll, None)?;
            let mut rows = Vec::new();
            let mut pad = Buffer::default();
            let source = Sources { steps: &state.steps, inputs };
            source.rows(
                self.root,
                self.pixel,
                (self.rect.width, self.rect.height),
                roll,
                &mut pad,
                &mut rows,
            )?;
            take(&Region::new(roll, self.pixel, &rows))?;
            drop(rows);
            Self::end_roll(state);
        }
        Ok(())
    }

    /// The rows of `rect` where they lie, if the root is nothing but pixels at hand, moved.
    pub(crate) fn direct<R>(
        &self,
        inputs: Inputs<'_>,
        rect: Rect,
        take: impl FnOnce(&Region<'_>) -> Result<R>,
    ) -> Option<Result<R>> {
        let (mut feed, mut part) = (self.root, rect);
        while let Feed::Step(at) = feed {
            let step = &self.steps[at];
            let ask = step.ask(part);
            let [Want::Same { input, dx, dy }] = ask.wants[..] else { return None };
            feed = step.feeds[input];
            part = part.translate(dx, dy);
        }
        let mut rows = Vec::new();
        let mut pad = Buffer::default();
        let source = Sources { steps: &[], inputs };
        // whatever it is, it is inside: a shift of pixels at hand
        let size = (part.right(), part.bottom());
        match source.rows(feed, self.pixel, size, part, &mut pad, &mut rows) {
            Ok(()) => Some(take(&Region::new(rect, self.pixel, &rows))),
            Err(error) => Some(Err(error)),
        }
    }

    /// Rows of the root made at a time: so few that the buffers stay in the second-level cache.
    fn roll(&self) -> i32 {
        let grain = self.grain;
        let rows = (grain.roll / self.row_bytes().max(1)).min(128) as i32;
        // columns of an input are rows of pages: each is worth more than a few pixels
        let rows = if self.has_tiles() && grain.roll > 0 { rows.max(128) } else { rows };
        // a tall window is read again for every roll: half its height is made at once
        let rows = if grain.roll > 0 { rows.max(self.shared / 2) } else { rows };
        rows.max(grain.rows)
    }

    fn end_roll(state: &mut State) {
        state.jobs.clear();
        for at in state.touched.drain(..) {
            state.steps[at].views.clear();
        }
    }

    fn roll_into(
        &self,
        state: &mut State,
        inputs: Inputs<'_>,
        rect: Rect,
        mut out: Option<&mut RegionMut<'_>>,
    ) -> Result<()> {
        self.demand(state, rect, out.is_some())?;
        if let (Some(out), Feed::Store(_) | Feed::Memory(_)) = (&mut out, self.root) {
            return self.copy_root(&state.steps, inputs, rect, out);
        }
        let mut jobs = std::mem::take(&mut state.jobs);
        jobs.reverse();
        let done = jobs.iter().try_for_each(|job| {
            let direct = matches!(job.to, From::Out).then_some(()).and(out.as_deref_mut());
            self.perform(state, inputs, job, direct)
        });
        state.jobs = jobs;
        done?;
        let root = self.steps.len().wrapping_sub(1);
        if let (Some(out), Some(step)) = (out, state.steps.get(root))
            && step.views.iter().any(|view| matches!(view.from, From::Alias { .. }))
        {
            return self.copy_root(&state.steps, inputs, rect, out);
        }
        Ok(())
    }

    /// Whether nothing has to be computed for the root: it lies in stores or in memory.
    pub(crate) fn is_at_hand(&self) -> bool {
        matches!(self.root, Feed::Store(_) | Feed::Memory(_))
    }

    /// The store that is the root.
    pub(crate) fn store(&self) -> Option<usize> {
        match self.root {
            Feed::Store(number) => Some(number),
            Feed::Step(_) | Feed::Memory(_) => None,
        }
    }

    /// The rows of `rect` as they lie in memory, where nothing has to be computed for them.
    pub(crate) fn at_hand<'a>(
        &self,
        inputs: Inputs<'a>,
        rect: Rect,
    ) -> Option<Result<Vec<Row<'a>>>> {
        if !self.is_at_hand() {
            return None;
        }
        let mut rows = Vec::with_capacity(rect.height as usize);
        let found = Sources { steps: &[], inputs }.find(self.root, self.pixel, rect, &mut rows);
        Some(found.map(|_joined| rows))
    }

    fn copy_root(
        &self,
        steps: &[StepState],
        inputs: Inputs<'_>,
        rect: Rect,
        out: &mut RegionMut<'_>,
    ) -> Result<()> {
        let mut rows = Vec::with_capacity(rect.height as usize);
        let _joined = Sources { steps, inputs }.find(self.root, self.pixel, rect, &mut rows)?;
        for (row, y) in rows.iter().zip(rect.top..) {
            row.copy_to(out.bytes(y));
        }
        Ok(())
    }

    /// Pushes the demand for `rect` of the root down to the feeds, and notes the jobs that meet it,
    /// the last one first.
    fn demand(&self, state: &mut State, rect: Rect, straight: bool) -> Result<()> {
        let Feed::Step(root) = self.root else { return Ok(()) };
        state.steps[root].demand.push(rect);
        state.heap.push(root);
        while let Some(at) = state.heap.pop() {
            let step = &self.steps[at];
            state.touched.push(at);
            let mut demand = std::mem::take(&mut state.steps[at].demand);
            for window in &mut state.steps[at].windows {
                window.used = false;
            }
            for rect in demand.drain(..) {
                let first = state.jobs.len();
                plan_demand(
                    step,
                    at,
                    &mut state.steps[at],
                    &mut state.jobs,
                    rect,
                    straight && at == root,
                )?;
                if let Some(View { from: From::Alias { feed: Feed::Step(below), dx, dy }, .. }) =
                    state.steps[at].views.last()
                    && first == state.jobs.len()
                {
                    let (below, part) = (*below, rect.translate(*dx, *dy));
                    push(&mut state.steps, &mut state.heap, below, part);
                }
                for job in &state.jobs[first..] {
                    for want in &job.ask.wants {
                        let (input, part) = match *want {
                            Want::Read { input, part } | Want::Place { input, part, .. } => {
                                (input, part)
                            }
                            Want::Maybe { input, bound } => (input, bound),
                            Want::Same { .. } => continue,
                        };
                        if let (Feed::Step(below), false) = (step.feeds[input], part.is_empty()) {
                            let part = step.inside(input, part);
                            push(&mut state.steps, &mut state.heap, below, part);
                        }
                    }
                }
            }
            state.steps[at].demand = demand;
        }
        Ok(())
    }

    /// Computes what a job is for.
    fn perform(
        &self,
        state: &mut State,
        inputs: Inputs<'_>,
        job: &Job,
        out: Option<&mut RegionMut<'_>>,
    ) -> Result<()> {
        let step = &self.steps[job.step];
        let (below, here) = state.steps.split_at_mut(job.step);
        let StepState { windows, scratch, temps, .. } = &mut here[0];
        let source = Sources { steps: below, inputs };
        let mut target = match (out, job.to) {
            (Some(out), _) => out.rows_of(job.rect),
            (None, From::Window(window)) => windows[window].rows_mut(job.rect, step.node.pixel()),
            (None, From::Alias { .. } | From::Out) => return Err(broken("a job without a place")),
        };
        match &step.work {
            StepWork::Program(program) => {
                run_program(step, program, source, job, &mut target, temps, &mut state.pads)
            }
            StepWork::Area => {
                let operator =
                    step.operator().ok_or_else(|| broken("a step without an operator"))?;
                let scratch = scratch.get_or_insert_with(|| operator.scratch());
                run_area(step, operator, source, job, &mut target, &mut **scratch, &mut state.pads)
            }
        }
    }
}

fn push(steps: &mut [StepState], heap: &mut BinaryHeap<usize>, at: usize, rect: Rect) {
    let demand = &mut steps[at].demand;
    if demand.is_empty() {
        heap.push(at);
    }
    add(demand, rect);
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("the plan is broken: {what}"))
}

/// Decides where the pixels of a demand come from, and what has to be computed for it.
fn plan_demand(
    step: &Step,
    at: usize,
    state: &mut StepState,
    jobs: &mut Vec<Job>,
    rect: Rect,
    straight: bool,
) -> Result<()> {
    let ask = step.ask(rect);
    if let [Want::Same { input, dx, dy }] = ask.wants[..] {
        state.views.push(View { rect, from: From::Alias { feed: step.feeds[input], dx, dy } });
        return Ok(());
    }
    if straight {
        state.views.push(View { rect, from: From::Out });
        jobs.push(Job { step: at, to: From::Out, rect, ask });
        return Ok(());
    }
    let found = state.windows.iter().position(|window| !window.used && window.serves(&rect));
    let at_window = found.or_else(|| state.windows.iter().position(|window| !window.used));
    let at_window = at_window.unwrap_or_else(|| {
        state.windows.push(Window::default());
        state.windows.len() - 1
    });
    let window = &mut state.windows[at_window];
    window.used = true;
    let to = From::Window(at_window);
    if found.is_none() {
        window.restart(rect, step.node.pixel())?;
        state.views.push(View { rect, from: to });
        jobs.push(Job { step: at, to, rect, ask });
        return Ok(());
    }
    let old = window.rect;
    window.move_to(rect)?;
    let wide = window.rect;
    state.views.push(View { rect: wide, from: to });
    let above = Rect { height: (old.top - wide.top).min(wide.height), ..wide };
    let start = wide.top.max(old.bottom());
    let below = Rect { top: start, height: wide.bottom() - start, ..wide };
    for part in [above, below] {
        if !part.is_empty() {
            jobs.push(Job { step: at, to, rect: part, ask: step.ask(part) });
        }
    }
    Ok(())
}

impl Window {
    /// Whether it holds rows that a demand can use again.
    fn serves(&self, rect: &Rect) -> bool {
        !self.rect.is_empty()
            && self.rect.left <= rect.left
            && self.rect.right() >= rect.right()
            && self.rect.top < rect.bottom()
            && self.rect.bottom() > rect.top
    }

    /// Holds `rect` from now on, all of it to be computed.
    fn restart(&mut self, rect: Rect, pixel: usize) -> Result<()> {
        self.row = rect.width as usize * pixel;
        self.stride = stride_of(self.row);
        self.rows = rect.height as usize;
        self.buffer.reserve(self.rows * self.stride)?;
        self.rect = rect;
        Ok(())
    }

    /// Holds the rows of `rect` from now on; those that it has stay where they are.
    fn move_to(&mut self, rect: Rect) -> Result<()> {
        let moved = Rect { left: self.rect.left, width: self.rect.width, ..rect };
        if rect.height as usize > self.rows {
            let rows = rect.height as usize;
            let mut larger = Self {
                row: self.row,
                stride: self.stride,
                rows,
                used: self.used,
                ..Self::default()
            };
            larger.buffer.reserve(larger.rows * larger.stride)?;
            let kept = moved.intersect(&self.rect);
            for y in kept.top..kept.bottom() {
                let to = larger.start(y);
                larger.buffer.bytes_mut()[to..to + self.row].copy_from_slice(self.row(y));
            }
            *self = larger;
        }
        self.rect = moved;
        Ok(())
    }

    fn start(&self, y: i32) -> usize {
        y.rem_euclid(self.rows as i32) as usize * self.stride
    }

    fn row(&self, y: i32) -> &[u8] {
        let start = self.start(y);
        &self.buffer.bytes()[start..start + self.row]
    }

    /// The rows of `rect`, which spans the window's width, to be filled.
    fn rows_mut(&mut self, rect: Rect, pixel: usize) -> RegionMut<'_> {
        let (row, stride, ring) = (self.row, self.stride, self.rows);
        let first = rect.top.rem_euclid(ring as i32) as usize;
        let bytes = &mut self.buffer.bytes_mut()[..ring * stride];
        let (head, tail) = bytes.split_at_mut(first * stride);
        let rows = tail.chunks_exact_mut(stride).chain(head.chunks_exact_mut(stride));
        let rows = rows.take(rect.height as usize).map(|chunk| &mut chunk[..row]);
        RegionMut::new(rect, pixel, rows.collect())
    }
}

/// Where steps read: the steps below them, stores, pixels at hand.
#[derive(Clone, Copy)]
struct Sources<'a> {
    steps: &'a [StepState],
    inputs: Inputs<'a>,
}

impl<'a> Sources<'a> {
    /// The rows of `part` of a feed whose image has `size`; where it sticks out, edges are repeated.
    /// What has to be put together is put into `pad`.
    fn rows(
        self,
        feed: Feed,
        pixel: usize,
        size: (i32, i32),
        part: Rect,
        pad: &'a mut Buffer,
        rows: &mut Vec<&'a [u8]>,
    ) -> Result<()> {
        let whole = clip(part, size.0, size.1);
        let mut found = Vec::with_capacity(whole.height as usize);
        let joined = self.find(feed, pixel, whole, &mut found)?;
        let length = part.width as usize * pixel;
        let sticks_out = part.left < 0 || part.right() > size.0;
        if !joined && !sticks_out {
            rows.extend((part.top..part.bottom()).map(|y| {
                let y = y.clamp(whole.top, whole.bottom() - 1);
                found[(y - whole.top) as usize].only()
            }));
            return Ok(());
        }
        let stride = stride_of(length);
        pad.reserve(stride * whole.height as usize)?;
        for (row, to) in found.iter().zip(pad.bytes_mut().chunks_exact_mut(stride)) {
            let to = &mut to[..length];
            let before = (whole.left - part.left) as usize * pixel;
            let middle = whole.width as usize * pixel;
            row.copy_to(&mut to[before..before + middle]);
            repeat_edges(to, before, before + middle, pixel);
        }
        let pad: &'a Buffer = pad;
        rows.extend((part.top..part.bottom()).map(|y| {
            let y = y.clamp(whole.top, whole.bottom() - 1);
            &pad.bytes()[(y - whole.top) as usize * stride..][..length]
        }));
        Ok(())
    }

    /// The rows of `part`, which lies inside the feed's image; whether some come in several pieces.
    fn find(self, feed: Feed, pixel: usize, part: Rect, found: &mut Vec<Row<'a>>) -> Result<bool> {
        let (start, length) = (part.left as usize * pixel, part.width as usize * pixel);
        match feed {
            Feed::Memory(number) => {
                let pixels = &self.inputs.memory[number];
                found.extend(
                    (part.top..part.bottom())
                        .map(|y| Row::Whole(&pixels.row(y)[start..start + length])),
                );
                Ok(false)
            }
            Feed::Store(number) => self.inputs.held.find(number, pixel, part, found),
            Feed::Step(at) => {
                let step = &self.steps[at];
                let view = step.views.iter().find(|view| view.rect.contains(&part));
                match view.map(|view| view.from) {
                    Some(From::Window(window)) => {
                        let window = &step.windows[window];
                        let start = (part.left - window.rect.left) as usize * pixel;
                        found.extend(
                            (part.top..part.bottom())
                                .map(|y| Row::Whole(&window.row(y)[start..start + length])),
                        );
                        Ok(false)
                    }
                    Some(From::Alias { feed, dx, dy }) => {
                        self.find(feed, pixel, part.translate(dx, dy), found)
                    }
                    Some(From::Out) | None => Err(broken("rows that nobody planned")),
                }
            }
        }
    }
}

/// A row as it lies in memory.
pub(crate) enum Row<'a> {
    /// In one piece
    Whole(&'a [u8]),
    /// In pieces from left to right, without gaps
    Pieces(Vec<&'a [u8]>),
}

impl<'a> Row<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Whole(row) => row.len(),
            Self::Pieces(pieces) => pieces.iter().map(|piece| piece.len()).sum(),
        }
    }

    fn only(&self) -> &'a [u8] {
        match self {
            Self::Whole(row) => row,
            Self::Pieces(pieces) => pieces.first().copied().unwrap_or_default(),
        }
    }

    /// Its pieces from left to right.
    pub(crate) fn pieces(&self) -> &[&'a [u8]] {
        match self {
            Self::Whole(row) => std::slice::from_ref(row),
            Self::Pieces(pieces) => pieces,
        }
    }

    fn copy_to(&self, to: &mut [u8]) {
        match self {
            Self::Whole(row) => to.copy_from_slice(row),
            Self::Pieces(pieces) => {
                let mut at = 0;
                for piece in pieces {
                    to[at..at + piece.len()].copy_from_slice(piece);
                    at += piece.len();
                }
            }
        }
    }
}

/// Repeats the first and last pixel of `row[start..end]` to its left and right.
fn repeat_edges(row: &mut [u8], start: usize, end: usize, pixel: usize) {
    let (before, rest) = row.split_at_mut(start);
    let (middle, after) = rest.split_at_mut(end - start);
    before.chunks_exact_mut(pixel).for_each(|out| out.copy_from_slice(&middle[..pixel]));
    let last = &middle[middle.len() - pixel..];
    after.chunks_exact_mut(pixel).for_each(|out| out.copy_from_slice(last));
}

fn run_program(
    step: &Step,
    program: &Program,
    source: Sources<'_>,
    job: &Job,
    target: &mut RegionMut<'_>,
    temps: &mut Temps,
    pads: &mut Vec<Buffer>,
) -> Result<()> {
    let sizes = program.input_sizes();
    pads.resize_with(pads.len().max(step.feeds.len()), Buffer::default);
    let size = (step.node.width, step.node.height);
    let mut tables = Vec::with_capacity(step.feeds.len());
    for ((feed, pixel), pad) in step.feeds.iter().zip(sizes).zip(&mut *pads) {
        let mut rows = Vec::with_capacity(job.rect.height as usize);
        source.rows(*feed, *pixel, size, job.rect, pad, &mut rows)?;
        tables.push(rows);
    }
    let (x, pixels) = (job.rect.left, job.rect.width as usize);
    let mut row: Vec<&[u8]> = Vec::with_capacity(tables.len());
    for y in job.rect.top..job.rect.bottom() {
        row.clear();
        row.extend(tables.iter().map(|rows| rows[(y - job.rect.top) as usize]));
        program.run(&row, target.bytes(y), Run { x, y, pixels }, temps)?;
    }
    Ok(())
}

fn run_area(
    step: &Step,
    operator: &dyn DynOperator,
    source: Sources<'_>,
    job: &Job,
    target: &mut RegionMut<'_>,
    scratch: &mut (dyn Any + Send),
    pads: &mut Vec<Buffer>,
) -> Result<()> {
    let parts = job.ask.wants.iter().filter_map(|want| match *want {
        Want::Read { input, part } | Want::Place { input, part, .. } => Some((input, part)),
        Want::Same { .. } | Want::Maybe { .. } => None,
    });
    let parts: Vec<_> = parts.collect();
    pads.resize_with(pads.len().max(parts.len()), Buffer::default);
    let mut tables = Vec::with_capacity(parts.len());
    for ((input, part), pad) in parts.iter().zip(&mut *pads) {
        tables.push(read(step, source, *input, *part, pad)?);
    }
    let mut seen = Vec::with_capacity(parts.len());
    let mut table = parts.iter().zip(&tables);
    for want in &job.ask.wants {
        match *want {
            Want::Read { input, .. } | Want::Place { input, .. } => {
                let Some(((_, part), rows)) = table.next() else { break };
                let region = Region::new(*part, step.node.inputs[input].pixel(), rows);
                match *want {
                    Want::Place { left, top, .. } => target.place(&region, left, top),
                    Want::Read { .. } | Want::Same { .. } | Want::Maybe { .. } => seen.push(region),
                }
            }
            Want::Same { .. } | Want::Maybe { .. } => {}
        }
    }
    if job.ask.covered {
        return Ok(());
    }
    if operator.traits().rounds < 2 {
        return operator.compute(&seen, target, scratch);
    }
    let mut more = Ask::default();
    operator.refine(job.rect, &seen, &mut more);
    let mut late_pads: Vec<Buffer> = Vec::new();
    late_pads.resize_with(more.wants.len(), Buffer::default);
    let mut late = Vec::new();
    for (want, pad) in more.wants.iter().zip(&mut late_pads) {
        if let Want::Read { input, part } = *want {
            late.push((input, part, read(step, source, input, part, pad)?));
        }
    }
    seen.extend(
        late.iter()
            .map(|(input, part, rows)| Region::new(*part, step.node.inputs[*input].pixel(), rows)),
    );
    operator.compute(&seen, target, scratch)
}

/// The rows of `part` of an input of an area step.
fn read<'a>(
    step: &Step,
    source: Sources<'a>,
    input: usize,
    part: Rect,
    pad: &'a mut Buffer,
) -> Result<Vec<&'a [u8]>> {
    let mut rows = Vec::with_capacity(part.height.max(0) as usize);
    if part.is_empty() {
        rows.resize(part.height.max(0) as usize, &[][..]);
        return Ok(rows);
    }
    let node = &step.node.inputs[input];
    source.rows(
        step.feeds[input],
        node.pixel(),
        (node.width, node.height),
        part,
        pad,
        &mut rows,
    )?;
    Ok(rows)
}
