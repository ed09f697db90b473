//! The plugins that come with the host, built and embedded by `build.rs`.

/// A bundled plugin.
pub(crate) struct Bundled {
    /// Its name: that of its folder in `plugins/`, and of its manifest.
    pub(crate) name: &'static str,
    /// The component, its manifest inside.
    pub(crate) component: &'static [u8],
}

/// The bundled plugins, sorted by name.
pub(crate) static BUNDLED: &[Bundled] = include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_component_embeds_the_manifest_of_its_name() {
        assert!(BUNDLED.iter().map(|plugin| plugin.name).is_sorted() && !BUNDLED.is_empty());
        for Bundled { name, component } in BUNDLED {
            assert_eq!(&component[..8], b"\0asm\x0d\0\x01\0", "{name} is a component");
            let manifest = format!("tollgate:pluginname = \"{name}\"\n");
            let found = component.windows(manifest.len()).any(|window| window == manifest.as_bytes());
            assert!(found, "{name} embeds its manifest");
        }
    }

    #[test]
    fn bundled_plugins_stay_small() {
        for Bundled { name, component } in BUNDLED {
            let kib = component.len() / 1024;
            assert!(kib < 1280, "{name} is {kib} KiB: every byte is compiled at first load");
        }
    }
}
