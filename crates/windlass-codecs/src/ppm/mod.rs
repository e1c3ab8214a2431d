//! PBM, PGM, PPM, PNM and PFM (`reference/formats/text-and-raw.md` §4; the pages of Netpbm).

mod header;
mod load;
mod save;

pub use load::PpmLoad;
pub use save::{PbmSave, PfmSave, PgmSave, PnmSave, PpmFormat, PpmOptions, PpmSave};

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// The family as the search sees it.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "ppm",
    loader: Some("ppmload"),
    saver: Some("ppmsave"),
    suffixes: &[".ppm"],
    priority: 200,
    sniff: header::sniff,
    trusted: false,
};

/// A member of the family that has a saver of its own.
const fn member(
    name: &'static str,
    saver: &'static str,
    suffixes: &'static [&'static str],
) -> FormatSpec {
    let sniff = |_: &[u8]| false;
    FormatSpec {
        name,
        loader: None,
        saver: Some(saver),
        suffixes,
        priority: 0,
        sniff,
        trusted: true,
    }
}

/// PBM as the search for savers sees it.
pub static PBM: FormatSpec = member("pbm", "pbmsave", &[".pbm"]);
/// PGM as the search for savers sees it.
pub static PGM: FormatSpec = member("pgm", "pgmsave", &[".pgm"]);
/// PFM as the search for savers sees it.
pub static PFM: FormatSpec = member("pfm", "pfmsave", &[".pfm"]);
/// PNM as the search for savers sees it.
pub static PNM: FormatSpec = member("pnm", "pnmsave", &[".pnm"]);

/// The loaders and savers of the family.
pub const OPERATIONS: &[Entry] = &[
    PpmLoad::LOADERS[0],
    PpmLoad::LOADERS[1],
    PpmLoad::LOADERS[2],
    PpmSave::SAVERS[0],
    PpmSave::SAVERS[1],
    PbmSave::SAVERS[0],
    PbmSave::SAVERS[1],
    PgmSave::SAVERS[0],
    PgmSave::SAVERS[1],
    PfmSave::SAVERS[0],
    PfmSave::SAVERS[1],
    PnmSave::SAVERS[0],
    PnmSave::SAVERS[1],
];
