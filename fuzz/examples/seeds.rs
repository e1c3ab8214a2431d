//! Writes the small files that fuzzing starts from into `corpus/`.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, files) in windlass_fuzz::seeds() {
        let folder = corpus.join(name);
        fs::create_dir_all(&folder)?;
        for (number, file) in files.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number}")), file)?;
        }
    }
    Ok(())
}
