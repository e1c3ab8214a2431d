//! Which profile an image is read by (`reference/ops/colour.md` §7).

use super::Intent;
use super::profile::{Direction, Profile};
use crate::colour::profile_load::{built_in, loaded};
use crate::conversion::bad;
use bytes::Bytes;
use windlass_core::{Header, Interpretation, Result};

/// Where metadata keeps an image's profile.
pub(super) const EMBEDDED: &str = "icc-profile-data";

/// A profile and whether the image has it already.
pub(super) struct Chosen {
    pub(super) profile: Profile,
    pub(super) embedded: bool,
}

/// The profile to read an image of `header` by: the embedded one if it is asked for or no other is
/// named, the named one, the one that suits the interpretation; the first that is usable.
pub(super) fn input(
    operation: &str,
    header: &Header,
    named: Option<&str>,
    embedded: bool,
    intent: Intent,
) -> Result<Chosen> {
    let usable = |bytes: &Bytes| {
        Profile::parse(bytes).filter(|profile| {
            fits(profile, header) && resolved(profile, intent, Direction::ToPcs).is_some()
        })
    };
    if (embedded || named.is_none())
        && let Some(profile) = header.metadata.blob(EMBEDDED).and_then(usable)
    {
        return Ok(Chosen { profile, embedded: true });
    }
    // a name that can't be loaded is no error here: the image may do without
    let named = named.and_then(|name| loaded(name).ok().flatten());
    let suited = || built_in(suited_name(header.interpretation));
    named
        .as_ref()
        .and_then(usable)
        .or_else(|| suited().as_ref().and_then(usable))
        .map(|profile| Chosen { profile, embedded: false })
        .ok_or_else(|| {
            bad(format!("{operation}: unable to load or find any compatible input profile"))
        })
}

fn suited_name(interpretation: Interpretation) -> &'static str {
    match interpretation {
        Interpretation::BlackWhite | Interpretation::Grey16 => "sgrey",
        Interpretation::Cmyk => "cmyk",
        _ => "srgb",
    }
}

/// Whether the bands of the device are those of the image.
fn fits(profile: &Profile, header: &Header) -> bool {
    let wanted = profile.bands as i32;
    match header.interpretation {
        Interpretation::Cmyk => wanted >= 4,
        other => other.bands().map_or(header.bands >= wanted, |bands| bands == wanted),
    }
}

/// The intent to use: that of the header for `auto` and where the profile lacks the one wanted.
pub(super) fn resolved(profile: &Profile, intent: Intent, direction: Direction) -> Option<Intent> {
    let wanted = Some(intent)
        .filter(|intent| *intent != Intent::Auto && profile.supports(*intent, direction));
    wanted.or_else(|| profile.header_intent()).filter(|_| profile.is_device())
}
