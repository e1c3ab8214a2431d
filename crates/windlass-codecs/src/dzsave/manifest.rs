//! Files that say what the pyramid is, in the very words of the reference.

use super::layout::Plan;
use super::options::Layout;
use crate::text::{now, number};
use crate::vips::{VERSION, array, base64, escape};
use std::fmt::Write as _;
use windlass_core::{Header, Meta};

impl Plan {
    /// The file that viewers open, with its name; `tiles` were written.
    pub(super) fn index(&self, id: &str, tiles: u64) -> Option<(String, String)> {
        let name = &self.name;
        match self.layout {
            Layout::Dz => Some((format!("{name}.dzi"), self.dzi())),
            Layout::Zoomify => Some((format!("{name}/ImageProperties.xml"), self.zoomify(tiles))),
            Layout::Google => None,
            Layout::Iiif => Some((format!("{name}/info.json"), self.iiif(id))),
            Layout::Iiif3 => Some((format!("{name}/info.json"), self.iiif3(id))),
        }
    }

    /// The name of the file of properties.
    pub(super) fn properties_name(&self) -> String {
        match self.layout {
            Layout::Dz => format!("{}_files/vips-properties.xml", self.name),
            _ => "vips-properties.xml".into(),
        }
    }

    fn dzi(&self) -> String {
        let (width, height) = self.sizes[0];
        let Self { overlap, tile, .. } = self;
        let format = self.format();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Image xmlns=\"http://schemas.microsoft.com/deepzoom/2008\"\n  \
             Format=\"{format}\"\n  Overlap=\"{overlap}\"\n  TileSize=\"{tile}\"\n  >\n  \
             <Size \n    Height=\"{height}\"\n    Width=\"{width}\"\n  />\n</Image>\n"
        )
    }

    fn zoomify(&self, tiles: u64) -> String {
        let (width, height) = self.sizes[0];
        format!(
            "<IMAGE_PROPERTIES WIDTH=\"{width}\" HEIGHT=\"{height}\" NUMTILES=\"{tiles}\" \
             NUMIMAGES=\"1\" VERSION=\"1.8\" TILESIZE=\"{}\" />\n",
            self.tile
        )
    }

    fn iiif(&self, id: &str) -> String {
        let head = format!(
            "  \"@context\": \"http://iiif.io/api/image/2/context.json\",\n  \
             \"@id\": \"{}/{}\",\n  \"profile\": [\n    \
             \"http://iiif.io/api/image/2/level0.json\",\n    {{\n      \"formats\": [\n        \
             \"{}\"\n      ],\n      \"qualities\": [\n        \"default\"\n      ]\n    }}\n  ],\n",
            json(id),
            json(&self.name),
            json(self.format())
        );
        self.info(&head)
    }

    /// The suffix of tiles without its dot.
    fn format(&self) -> &str {
        self.suffix.strip_prefix('.').unwrap_or(&self.suffix)
    }

    fn iiif3(&self, id: &str) -> String {
        let head = format!(
            "  \"@context\": \"http://iiif.io/api/image/3/context.json\",\n  \
             \"id\": \"{}/{}\",\n  \"type\": \"ImageService3\",\n  \"profile\": \"level0\",\n",
            json(id),
            json(&self.name)
        );
        self.info(&head)
    }

    fn info(&self, head: &str) -> String {
        let (width, height) = self.sizes[0];
        let factors: Vec<String> =
            (0..self.sizes.len()).map(|level| format!("        {}", 1_u64 << level)).collect();
        format!(
            "{{\n{head}  \"protocol\": \"http://iiif.io/api/image\",\n  \"tiles\": [\n    {{\n      \
             \"scaleFactors\": [\n{}\n      ],\n      \"width\": {}\n    }}\n  ],\n  \
             \"width\": {width},\n  \"height\": {height}\n}}\n",
            factors.join(",\n"),
            self.tile
        )
    }
}

/// Text inside a string of JSON (RFC 8259 §7).
fn json(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\0'..='\x1F' => {
                // writing to a string does not fail
                let _done = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out
}

/// `vips-properties.xml`: the header and the metadata.
pub(crate) fn properties(header: &Header) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\"?>\n<image xmlns=\"http://www.vips.ecs.soton.ac.uk//dzsave\" \
         date=\"{}\" version=\"{VERSION}\">\n  <properties>\n",
        now()
    );
    let ints = [
        ("width", header.width),
        ("height", header.height),
        ("bands", header.bands),
        ("xoffset", header.xoffset),
        ("yoffset", header.yoffset),
    ];
    for (name, value) in ints {
        property(&mut out, name, "gint", &value.to_string());
    }
    for (name, value) in [("xres", header.xres), ("yres", header.yres)] {
        property(&mut out, name, "gdouble", &number(value));
    }
    for (name, value) in header.metadata.iter() {
        if let Some((kind, text)) = written(value) {
            property(&mut out, name, kind, &text);
        }
    }
    out.push_str("  </properties>\n</image>\n");
    out
}

/// `scan-properties.xml` of an szi.
pub(super) fn scan_properties(header: &Header) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\"?>\n<image xmlns=\"http://www.pathozoom.com/szi\" date=\"{}\" \
         version=\"1.0\">\n  <properties>\n",
        now()
    );
    let known = [
        ("openslide.vendor", "Vendor"),
        ("openslide.objective-power", "ObjectiveMagnification"),
        ("openslide.mpp-x", "MicronsPerPixelX"),
        ("openslide.mpp-y", "MicronsPerPixelY"),
    ];
    for (name, shown) in known {
        if let Some((kind, text)) = header.metadata.get(name).and_then(written) {
            property(&mut out, shown, kind, &text);
        }
    }
    property(&mut out, "ImageWidth", "gint", &header.width.to_string());
    property(&mut out, "ImageHeight", "gint", &header.height.to_string());
    out.push_str("  </properties>\n</image>\n");
    out
}

/// The type and the text of an item; images have none.
fn written(value: &Meta) -> Option<(&'static str, String)> {
    Some(match value {
        Meta::Int(value) => ("gint", value.to_string()),
        Meta::Bool(value) => ("gint", i32::from(*value).to_string()),
        Meta::Double(value) => ("gdouble", number(*value)),
        Meta::String(value) => ("VipsRefString", escape(value)),
        Meta::Blob(value) => ("VipsBlob", base64(value)),
        Meta::Ints(values) => ("VipsArrayInt", array(values.iter().map(i32::to_string))),
        Meta::Doubles(values) => {
            ("VipsArrayDouble", array(values.iter().map(|value| number(*value))))
        }
        _ => return None,
    })
}

fn property(out: &mut String, name: &str, kind: &str, value: &str) {
    let name = escape(name);
    // writing to a string does not fail
    let _done = write!(
        out,
        "    <property>\n      <name>{name}</name>\n      \
         <value type=\"{kind}\">{value}</value>\n    </property>\n"
    );
}
