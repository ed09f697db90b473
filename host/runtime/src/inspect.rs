//! What a component says about itself, read without compiling it.

use wasmparser::{Chunk, Encoding, Parser, Payload};

/// The custom section that carries `plugin.toml`. SDKs put it into the core module, other tools
/// at the component's own level: it is looked for everywhere.
const MANIFEST_SECTION: &str = "tollgate:plugin";

/// How deep components and modules may be nested.
const MAX_DEPTH: usize = 16;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Inspected<'a> {
    /// The manifest sections, as they are: there should be exactly one.
    pub(crate) manifests: Vec<&'a [u8]>,
    /// The names that the outermost component imports.
    pub(crate) imports: Vec<String>,
    /// The names that it exports.
    pub(crate) exports: Vec<String>,
}

/// Why nothing was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotAComponent {
    /// Not WebAssembly.
    NotWasm,
    /// A core module.
    CoreModule,
    /// WebAssembly, but damaged or nested too deeply.
    Malformed,
}

impl NotAComponent {
    /// For messages: "is …".
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::NotWasm => "not WebAssembly",
            Self::CoreModule => "a core WebAssembly module",
            Self::Malformed => "damaged WebAssembly",
        }
    }
}

/// Reads a component's manifest sections, imports and exports. Code is skipped, not read.
pub(crate) fn inspect(bytes: &[u8]) -> Result<Inspected<'_>, NotAComponent> {
    if !bytes.starts_with(b"\0asm") {
        return Err(NotAComponent::NotWasm);
    }
    let mut found = Inspected::default();
    let mut outer = Vec::new();
    let mut parser = Parser::new(0);
    let mut rest = bytes;
    loop {
        let (consumed, payload) = match parser.parse(rest, true) {
            Ok(Chunk::Parsed { consumed, payload }) => (consumed, payload),
            Ok(Chunk::NeedMoreData(_)) | Err(_) => return Err(NotAComponent::Malformed),
        };
        rest = rest.get(consumed..).ok_or(NotAComponent::Malformed)?;
        match payload {
            Payload::Version { encoding: Encoding::Module, .. } if outer.is_empty() => {
                return Err(NotAComponent::CoreModule);
            }
            Payload::ModuleSection { parser: inner, .. }
            | Payload::ComponentSection { parser: inner, .. } => {
                if outer.len() == MAX_DEPTH {
                    return Err(NotAComponent::Malformed);
                }
                outer.push(std::mem::replace(&mut parser, inner));
            }
            Payload::CodeSectionStart { size, .. } => {
                parser.skip_section();
                rest = rest.get(size as usize..).ok_or(NotAComponent::Malformed)?;
            }
            Payload::CustomSection(section) if section.name() == MANIFEST_SECTION => {
                found.manifests.push(section.data());
            }
            Payload::ComponentImportSection(section) if outer.is_empty() => {
                for import in section {
                    let import = import.map_err(|_| NotAComponent::Malformed)?;
                    found.imports.push(import.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if outer.is_empty() => {
                for export in section {
                    let export = export.map_err(|_| NotAComponent::Malformed)?;
                    found.exports.push(export.name.name.to_owned());
                }
            }
            Payload::End(_) => match outer.pop() {
                Some(outer) => parser = outer,
                None => return Ok(found),
            },
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";
    const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";

    fn section(id: u8, body: &[u8]) -> Vec<u8> {
        assert!(body.len() < 128 * 128, "the length is written as two bytes");
        [&[id, body.len() as u8 | 128, (body.len() >> 7) as u8][..], body].concat()
    }

    fn manifest(text: &[u8]) -> Vec<u8> {
        let name = [&[MANIFEST_SECTION.len() as u8][..], MANIFEST_SECTION.as_bytes()].concat();
        section(0, &[&name[..], text].concat())
    }

    #[test]
    fn manifests_are_found_at_any_level() {
        let module = [&MODULE[..], &manifest(b"inner")].concat();
        let nested = [&COMPONENT[..], &section(1, &module)].concat();
        let component = [&COMPONENT[..], &section(4, &nested), &manifest(b"outer")].concat();
        let found = inspect(&component).unwrap();
        assert_eq!(found.manifests, [&b"inner"[..], b"outer"]);
        assert!(found.imports.is_empty() && found.exports.is_empty());
    }

    #[test]
    fn other_files_are_told_apart() {
        assert_eq!(inspect(b"#!/bin/sh"), Err(NotAComponent::NotWasm));
        assert_eq!(inspect(b""), Err(NotAComponent::NotWasm));
        assert_eq!(inspect(&MODULE), Err(NotAComponent::CoreModule));
        assert_eq!(inspect(&COMPONENT[..6]), Err(NotAComponent::Malformed));
        let torn = [&COMPONENT[..], &manifest(b"text")].concat();
        assert_eq!(inspect(&torn[..torn.len() - 1]), Err(NotAComponent::Malformed));
    }

    #[test]
    fn nesting_is_bounded() {
        let mut component = COMPONENT.to_vec();
        for _ in 0..=MAX_DEPTH {
            component = [&COMPONENT[..], &section(4, &component)].concat();
        }
        assert_eq!(inspect(&component), Err(NotAComponent::Malformed));
    }
}
