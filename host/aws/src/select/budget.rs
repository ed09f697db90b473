//! What an evaluation may use.

use std::io::{self, Write};

use jmespath::{Rcvar, Variable};

/// What is left for an evaluation: steps of work and bytes of new values.
#[derive(Debug)]
pub(super) struct Budget {
    steps: usize,
    bytes: usize,
}

/// The expression wants more work or memory than the data warrants.
#[derive(Debug)]
pub(super) struct Exhausted;

/// About what a value takes, before what it points to.
const VALUE: usize = 96;

impl Budget {
    /// Enough for any sensible expression over data of that size.
    pub(super) fn new(data: usize) -> Self {
        Self {
            steps: data.saturating_mul(2).saturating_add(1 << 20),
            bytes: data.saturating_mul(16).saturating_add(32 << 20),
        }
    }

    /// Pays for work.
    pub(super) fn work(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.steps = self.steps.checked_sub(steps).ok_or(Exhausted)?;
        Ok(())
    }

    /// Pays for a new value that holds so many bytes.
    pub(super) fn make(&mut self, bytes: usize) -> Result<(), Exhausted> {
        self.bytes = self.bytes.checked_sub(bytes.saturating_add(VALUE)).ok_or(Exhausted)?;
        self.work(1)
    }

    /// Pays for a new array of so many elements.
    pub(super) fn make_array(&mut self, elements: usize) -> Result<(), Exhausted> {
        self.make(elements.saturating_mul(size_of::<Rcvar>()))?;
        self.work(elements)
    }

    /// Pays for a look at all that a value holds, however often the same part is in it; tells its size.
    pub(super) fn walk(&mut self, value: &Variable) -> Result<usize, Exhausted> {
        self.work(1)?;
        match value {
            Variable::String(text) => {
                self.work(text.len() / 16)?;
                Ok(text.len() + 2)
            }
            Variable::Array(values) => {
                values.iter().try_fold(2_usize, |size, value| Ok(size.saturating_add(self.walk(value)? + 1)))
            }
            Variable::Object(fields) => fields.iter().try_fold(2_usize, |size, (name, value)| {
                Ok(size.saturating_add(self.walk(value)?).saturating_add(name.len() + 4))
            }),
            _ => Ok(24),
        }
    }
}

/// A value as JSON, unless that is longer than the limit.
pub(super) fn to_json(value: &Variable, limit: usize) -> Option<String> {
    let mut json = Bounded { bytes: Vec::new(), limit };
    serde_json::to_writer(&mut json, value).ok()?;
    // Hundreds of answers may wait for their guest: not with the room that they grew by.
    json.bytes.shrink_to_fit();
    String::from_utf8(json.bytes).ok()
}

/// Takes so many bytes and then fails.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
