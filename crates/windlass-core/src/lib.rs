//! The engine of windlass: images, regions, plan, tasks, the table of operations.

#![forbid(unsafe_code)]
