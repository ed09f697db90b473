//! JSON takes little room while it is kept: the names of members, and many values, stand in every element again.

/// The fastest level of zstd that still finds whole names again.
const LEVEL: i32 = 1;

/// What is shorter is kept as it is.
const SHORT: usize = 1024;

/// A text, compressed where that makes it shorter.
#[derive(Clone)]
pub struct Packed(Form);

#[derive(Clone)]
enum Form {
    Plain(Box<str>),
    Zstd {
        frame: Box<[u8]>,
        /// Of the text.
        length: usize,
    },
}

impl Packed {
    /// Packs a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        if text.len() >= SHORT
            && let Ok(frame) = zstd::bulk::compress(text.as_bytes(), LEVEL)
            && frame.len() < text.len()
        {
            return Self(Form::Zstd { frame: frame.into(), length: text.len() });
        }
        Self(Form::Plain(text.into()))
    }

    /// The text; there always is one, unless memory is damaged.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match &self.0 {
            Form::Plain(text) => Some(text.to_string()),
            Form::Zstd { frame, length } => {
                String::from_utf8(zstd::bulk::decompress(frame, *length).ok()?).ok()
            }
        }
    }

    /// How many bytes the text has.
    #[must_use]
    pub fn length(&self) -> usize {
        match &self.0 {
            Form::Plain(text) => text.len(),
            Form::Zstd { length, .. } => *length,
        }
    }

    /// How many bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of::<Self>()
            + match &self.0 {
                Form::Plain(text) => text.len(),
                Form::Zstd { frame, .. } => frame.len(),
            }
    }
}

/// Its size alone: what is kept may be confidential.
impl std::fmt::Debug for Packed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Packed({} bytes)", self.size())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_as_it_was() {
        let rows: String = (0..500)
            .map(|number| format!(r#"{{"InstanceId":"i-{number:017}","State":"running"}},"#))
            .collect();
        let noise: String = (0..SHORT).map(|_| fastrand::char(..)).collect();
        for text in ["", "null", "ä", &"a".repeat(SHORT - 1), &rows, &noise] {
            let packed = Packed::new(text);
            assert_eq!(packed.text().as_deref(), Some(text));
            assert!(packed.size() <= text.len() + 40, "{} of {}", packed.size(), text.len());
        }
        assert!(Packed::new(&rows).size() * 5 < rows.len(), "rows are much shorter");
    }

    #[test]
    fn a_damaged_frame_is_no_text() {
        let mut packed = Packed::new(&"again ".repeat(SHORT));
        let Form::Zstd { frame, .. } = &mut packed.0 else { panic!("it is long enough") };
        frame[0] ^= 1;
        assert_eq!(packed.text(), None);
    }
}
