use crate::conversion::bad;
use bytes::Bytes;
use windlass_core::{Build, Result, Source};
use windlass_macros::{Operation, Outputs};

/// Load named ICC profile.
///
/// One of the built-in `srgb`, `p3`, `sgrey` and `cmyk`, a file, or a file of the system's folder of
/// profiles. `none` is no profile: nothing comes.
#[derive(Operation)]
#[operation(family = "colour", name = "profile_load")]
pub struct ProfileLoad {
    /// Profile name
    pub name: String,
}

/// What was loaded.
#[derive(Outputs)]
#[expect(clippy::exhaustive_structs, reason = "the outputs of the reference")]
pub struct LoadedProfile {
    /// Loaded profile
    pub profile: Bytes,
}

impl Build for ProfileLoad {
    type Output = LoadedProfile;

    fn build(&self) -> Result<LoadedProfile> {
        Ok(LoadedProfile { profile: loaded(&self.name)?.unwrap_or_default() })
    }
}

/// The profile of that name; nothing for `none`.
pub fn loaded(name: &str) -> Result<Option<Bytes>> {
    if name.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    if let Some(bytes) = built_in(name) {
        return Ok(Some(bytes));
    }
    let system = format!("{SYSTEM}/{name}");
    file(name).or_else(|_| file(&system)).map(Some).map_err(|error| {
        bad(format!("profile_load: unable to load profile \"{name}\"")).with_source(error)
    })
}

/// Where systems keep profiles.
const SYSTEM: &str = "/usr/share/color/icc";

/// Bytes of a profile at most.
const MOST: u64 = 64 << 20;

fn file(name: &str) -> Result<Bytes> {
    Ok(Source::from_file(name)?.read_to_vec(MOST)?.into())
}

/// The built-in profile of that name, in any case.
pub(super) fn built_in(name: &str) -> Option<Bytes> {
    const PROFILES: [(&str, &[u8]); 4] = [
        ("srgb", include_bytes!("profiles/srgb.icc")),
        ("p3", include_bytes!("profiles/p3.icc")),
        ("sgrey", include_bytes!("profiles/sgrey.icc")),
        ("cmyk", include_bytes!("profiles/cmyk.icc")),
    ];
    let (_, bytes) = PROFILES.iter().find(|(other, _)| name.eq_ignore_ascii_case(other))?;
    Some(Bytes::from_static(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(ProfileLoad::new("SRGB").build().unwrap().profile.len(), 480);
        assert_eq!(ProfileLoad::new("cmyk").build().unwrap().profile.len(), 961_644);
        assert!(ProfileLoad::new("None").build().unwrap().profile.is_empty());
        let error = ProfileLoad::new("xyz").build().err().unwrap();
        assert_eq!(error.message(), "profile_load: unable to load profile \"xyz\"");
    }
}
