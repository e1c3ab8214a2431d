//! The plan of an evaluation in words.

use super::cone::{Cone, StepWork};
use super::plan::{Asked, Make, Parts, Plan};
use crate::Image;
use std::fmt::{self, Write};
use windlass_io::Result;

impl Image {
    /// How the pixels of this image would be made: nodes with the pixels asked and the pixels there
    /// are, the stores between them, and the memory that is predicted.
    pub fn explain(&self) -> Result<String> {
        let plan = Plan::new(std::slice::from_ref(self), Parts::Strips { step: 1, above: 0 })?;
        let mut text = String::new();
        // writing to a string does not fail
        let _ = plan.explain(&mut text);
        Ok(text)
    }
}

impl Plan {
    fn explain(&self, text: &mut String) -> fmt::Result {
        let height = self.units.first().map_or(0, |unit| unit.rect.height);
        writeln!(
            text,
            "{} units of {height} rows, {} of blocks alive",
            self.units.len(),
            size(self.live)
        )?;
        let (outputs, cones) = self.asked.split_at(self.outputs.len().min(self.asked.len()));
        let mut cones = cones.iter();
        for (cone, asked) in self.outputs.iter().zip(outputs) {
            writeln!(text, "output, {} x {}", cone.rect.width, cone.rect.height)?;
            explain_cone(cone, asked, text)?;
        }
        for (number, store) in self.stores.iter().enumerate() {
            let grid = &store.grid;
            let place = if store.spilled { "in a file" } else { "in memory" };
            writeln!(
                text,
                "store {number}, {}: {} blocks of {} x {}, {place}",
                store.node.label(),
                store.blocks.len(),
                grid.width,
                grid.height
            )?;
            if let (Make::Cone(cone), Some(asked)) =
                (&store.make, matches!(store.make, Make::Cone(_)).then(|| cones.next()).flatten())
            {
                explain_cone(cone, asked, text)?;
            }
        }
        for pixels in &self.memory {
            writeln!(text, "at hand: {pixels:?}")?;
        }
        Ok(())
    }
}

fn explain_cone(cone: &Cone, asked: &[Asked], text: &mut String) -> fmt::Result {
    for (step, asked) in cone.steps.iter().zip(asked).rev() {
        let node = &step.node;
        let work = match &step.work {
            StepWork::Area => node.name.to_owned(),
            StepWork::Program(program) if program.is_table() => {
                format!("table of {}", program.len())
            }
            StepWork::Program(program) => format!("program of {}", program.len()),
        };
        writeln!(
            text,
            "  {} ({work}) from {:?}: {} pixels asked, {} distinct",
            node.label(),
            step.feeds,
            asked.pixels,
            asked.around.area()
        )?;
    }
    Ok(())
}

fn size(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
