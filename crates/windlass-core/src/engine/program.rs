//! Point operations fused into one program, run chunk by chunk in the first-level cache.

use crate::BandFormat;
use crate::image::{Node, Work};
use crate::operator::{Kernel, Run, Sees};
use crate::pixels::Buffer;
use std::sync::Arc;
use windlass_io::Result;

/// Bytes of the widest step in a chunk: a few live steps fit the first-level cache.
const CHUNK: usize = 4096;

/// Point nodes whose readers are all in one group.
pub(crate) struct Program {
    ops: Vec<Op>,
    /// Buffers live at once.
    temps: usize,
    /// Bytes of the widest pixel of any step.
    widest: usize,
    /// Bytes of a pixel of each input.
    inputs: Vec<usize>,
    table: Option<Table>,
}

struct Op {
    node: Arc<Node>,
    args: Vec<Slot>,
    out: Slot,
}

/// Where a step's pixels lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Slot {
    /// Input of the program
    Input(usize),
    /// A buffer of the worker
    Temp(usize),
    /// The output of the program
    Out,
}

/// A worker's buffers for a program.
#[derive(Default)]
pub(crate) struct Temps(Vec<Buffer>);

impl Program {
    /// The program of `nodes`, in order of dependency, the last one its output. `args` gives for
    /// each node its inputs: a node of the program by position, or an input of the program.
    pub(crate) fn new(nodes: Vec<(Arc<Node>, Vec<Arg>)>, inputs: &[Arc<Node>]) -> Self {
        let last = nodes.len() - 1;
        let mut last_use: Vec<Option<usize>> = vec![None; nodes.len()];
        let mut ends: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
        for (at, (_, args)) in nodes.iter().enumerate() {
            for arg in args {
                if let Arg::Node(node) = arg {
                    last_use[*node] = Some(at);
                }
            }
        }
        for (node, last) in last_use.iter().enumerate() {
            if let Some(last) = last {
                ends[*last].push(node);
            }
        }
        let mut slots = Vec::new();
        let mut free = Vec::new();
        let mut temps = 0;
        let mut ops: Vec<Op> = Vec::new();
        let mut widest = inputs.iter().map(|node| node.pixel()).max().unwrap_or(1);
        for (at, (node, args)) in nodes.into_iter().enumerate() {
            widest = widest.max(node.pixel());
            let out = if at == last {
                Slot::Out
            } else {
                Slot::Temp(free.pop().unwrap_or_else(|| {
                    temps += 1;
                    temps - 1
                }))
            };
            let args = args.iter().map(|arg| match *arg {
                Arg::Node(node) => slots[node],
                Arg::Input(input) => Slot::Input(input),
            });
            let args = args.collect();
            slots.push(out);
            free.extend(ends[at].iter().filter_map(|node| match slots[*node] {
                Slot::Temp(temp) => Some(temp),
                Slot::Input(_) | Slot::Out => None,
            }));
            ops.push(Op { node, args, out });
        }
        let sizes = inputs.iter().map(|node| node.pixel()).collect();
        let mut program = Self { ops, temps, widest, inputs: sizes, table: None };
        program.table = program.collapse(inputs);
        program
    }

    /// Bytes of a pixel of each input.
    pub(crate) fn input_sizes(&self) -> &[usize] {
        &self.inputs
    }

    /// Nodes fused.
    pub(crate) fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether it runs as a table.
    pub(crate) fn is_table(&self) -> bool {
        self.table.is_some()
    }

    /// A run of pixels of one row.
    pub(crate) fn run(
        &self,
        inputs: &[&[u8]],
        out: &mut [u8],
        at: Run,
        temps: &mut Temps,
    ) -> Result<()> {
        if let Some(table) = &self.table {
            table.apply(inputs[0], out);
            return Ok(());
        }
        if let [op] = &self.ops[..]
            && op.args.len() == inputs.len()
        {
            op.kernel().run(inputs, out, at);
            return Ok(());
        }
        let chunk = (CHUNK / self.widest).max(16);
        temps.0.resize_with(self.temps, Buffer::default);
        for temp in &mut temps.0 {
            temp.reserve(chunk * self.widest)?;
        }
        for start in (0..at.pixels).step_by(chunk) {
            let pixels = chunk.min(at.pixels - start);
            let place = Run { x: at.x + start as i32, y: at.y, pixels };
            for op in &self.ops {
                op.run(inputs, out, start..start + pixels, place, temps);
            }
        }
        Ok(())
    }

    /// The table that a chain of samples on one 8-bit input is, where that pays.
    fn collapse(&self, inputs: &[Arc<Node>]) -> Option<Table> {
        let [input] = inputs else { return None };
        let bands = input.bands;
        let output = &self.ops.last()?.node;
        let samples =
            self.ops.iter().all(|op| op.kernel().sees() == Sees::Sample && op.node.bands == bands);
        let pays = self.ops.len() >= 2 && output.format.size() <= 2;
        let large = i64::from(output.width) * i64::from(output.height) >= 4096;
        if !(samples && pays && large && matches!(input.format, BandFormat::U8 | BandFormat::I8)) {
            return None;
        }
        let bands = bands as usize;
        let values: Vec<u8> =
            (0..=255_u8).flat_map(|value| std::iter::repeat_n(value, bands)).collect();
        let size = output.format.size();
        let mut words = Buffer::zeroed(256 * bands * size).ok()?;
        let at = Run { x: 0, y: 0, pixels: 256 };
        let entries = &mut words.bytes_mut()[..256 * bands * size];
        self.run(&[&values], entries, at, &mut Temps::default()).ok()?;
        Some(Table::new(entries, bands, size))
    }
}

/// An input of a node in a program.
#[derive(Clone, Copy)]
pub(crate) enum Arg {
    /// Another node of the program
    Node(usize),
    /// An input of the program
    Input(usize),
}

impl Op {
    fn kernel(&self) -> &dyn Kernel {
        match &self.node.work {
            Work::Point(kernel) => &**kernel,
            Work::Memory(_) | Work::Area(_) | Work::Whole(_) | Work::Rows(_) | Work::Tiles(_) => {
                unreachable!("programs are made of point nodes")
            }
        }
    }

    fn run(
        &self,
        inputs: &[&[u8]],
        out: &mut [u8],
        range: std::ops::Range<usize>,
        place: Run,
        temps: &mut Temps,
    ) {
        let mut target = match self.out {
            Slot::Temp(temp) => std::mem::take(&mut temps.0[temp]),
            Slot::Out | Slot::Input(_) => Buffer::default(),
        };
        let pixel = self.node.pixel();
        let to = match self.out {
            Slot::Temp(_) => &mut target.bytes_mut()[..place.pixels * pixel],
            Slot::Out | Slot::Input(_) => &mut out[range.start * pixel..range.end * pixel],
        };
        let arg = |position: usize| {
            let size = self.node.inputs[position].pixel();
            match self.args[position] {
                Slot::Input(input) => &inputs[input][range.start * size..range.end * size],
                Slot::Temp(temp) => &temps.0[temp].bytes()[..place.pixels * size],
                Slot::Out => unreachable!("the output is the last step"),
            }
        };
        match self.args.len() {
            0 => self.kernel().run(&[], to, place),
            1 => self.kernel().run(&[arg(0)], to, place),
            2 => self.kernel().run(&[arg(0), arg(1)], to, place),
            n => self.kernel().run(&(0..n).map(arg).collect::<Vec<_>>(), to, place),
        }
        if let Slot::Temp(temp) = self.out {
            temps.0[temp] = target;
        }
    }
}

/// A look-up table for each band, or one where they are all the same.
enum Table {
    Bytes { tables: Vec<[u8; 256]> },
    Words { tables: Vec<[[u8; 2]; 256]> },
}

impl Table {
    /// From entries for 256 pixels of `bands` samples of `size` bytes (1 or 2).
    fn new(entries: &[u8], bands: usize, size: usize) -> Self {
        if size == 1 {
            let table = |band: usize| std::array::from_fn(|value| entries[value * bands + band]);
            return Self::Bytes { tables: shared((0..bands).map(table).collect()) };
        }
        let table = |band: usize| {
            std::array::from_fn(|value| {
                let at = (value * bands + band) * 2;
                [entries[at], entries[at + 1]]
            })
        };
        Self::Words { tables: shared((0..bands).map(table).collect()) }
    }

    fn apply(&self, input: &[u8], out: &mut [u8]) {
        match self {
            Self::Bytes { tables } => {
                if let [table] = &tables[..] {
                    windlass_simd::table::look_up(table, input, out);
                    return;
                }
                let bands = tables.len();
                for (to, from) in out.chunks_exact_mut(bands).zip(input.chunks_exact(bands)) {
                    for ((to, from), table) in to.iter_mut().zip(from).zip(tables) {
                        *to = table[usize::from(*from)];
                    }
                }
            }
            Self::Words { tables } => {
                let pairs = out.chunks_exact_mut(2).zip(input);
                for ((to, from), table) in pairs.zip(tables.iter().cycle()) {
                    to.copy_from_slice(&table[usize::from(*from)]);
                }
            }
        }
    }
}

/// One table where all are equal.
fn shared<T: PartialEq>(mut tables: Vec<T>) -> Vec<T> {
    if tables.iter().all(|table| *table == tables[0]) {
        tables.truncate(1);
    }
    tables
}
