//! The events of an XML document, one element at a time.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use quick_xml::events::{BytesRef, BytesStart, Event};

/// No answer of AWS is nested deeper.
const MAX_DEPTH: usize = 100;

/// Why a document cannot be read.
#[derive(Debug)]
pub(in super::super) enum Flaw {
    /// It is not well-formed.
    Syntax(quick_xml::Error),
    /// It ends within an element, or has none.
    Truncated,
    /// It uses an entity that XML does not define.
    Entity(String),
    /// It is a page of HTML: something between us and the service answered.
    Page,
    /// It is nested deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl From<quick_xml::Error> for Flaw {
    fn from(error: quick_xml::Error) -> Self {
        Self::Syntax(error)
    }
}

impl Display for Flaw {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => error.fmt(formatter),
            Self::Truncated => formatter.write_str("it ends too early"),
            Self::Entity(name) => write!(formatter, "the entity `{name}` is unknown"),
            Self::Page => formatter.write_str("it is a page of HTML, which is not from the service"),
            Self::TooDeep => write!(formatter, "it is nested more than {MAX_DEPTH} levels deep"),
        }
    }
}

/// A reader of a document that is in memory.
pub(super) struct Reader<'a> {
    events: quick_xml::Reader<&'a [u8]>,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(body: &'a [u8]) -> Self {
        let mut events = quick_xml::Reader::from_reader(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
        let config = events.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = false;
        Self { events, depth: 0 }
    }

    /// How many bytes are read.
    pub(super) fn position(&self) -> u64 {
        self.events.buffer_position()
    }

    /// The start of the document's root.
    pub(super) fn root(&mut self) -> Result<BytesStart<'a>, Flaw> {
        loop {
            match self.events.read_event()? {
                Event::Start(start) => return Ok(start),
                Event::Eof => return Err(Flaw::Truncated),
                _ => {}
            }
        }
    }

    /// The start of the next child; nothing at the end of the parent.
    pub(super) fn child(&mut self) -> Result<Option<BytesStart<'a>>, Flaw> {
        loop {
            match self.events.read_event()? {
                Event::Start(start) => return Ok(Some(start)),
                Event::End(_) => return Ok(None),
                Event::Eof => return Err(Flaw::Truncated),
                _ => {}
            }
        }
    }

    /// The text of an element, read up to its end. Of an element that has children after all, it is the text
    /// before the first.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, Flaw> {
        let mut text = Cow::Borrowed("");
        if self.child_or_text(&mut text)?.is_some() {
            self.skip()?;
            self.skip()?;
        }
        Ok(text)
    }

    /// The start of the next child, with the text before it appended; nothing at the end of the parent.
    pub(super) fn child_or_text(&mut self, text: &mut Cow<'a, str>) -> Result<Option<BytesStart<'a>>, Flaw> {
        loop {
            match self.events.read_event()? {
                Event::Text(part) => append(text, part.xml10_content()),
                Event::CData(part) => append(text, part.xml10_content()),
                Event::GeneralRef(reference) => text.to_mut().push(resolve(&reference)?),
                Event::Start(start) => return Ok(Some(start)),
                Event::End(_) => return Ok(None),
                Event::Eof => return Err(Flaw::Truncated),
                _ => {}
            }
        }
    }

    /// Reads on to the end of the element that we are in. What is wrong in there is wrong all the same.
    pub(super) fn skip(&mut self) -> Result<(), Flaw> {
        let mut open = 1_usize;
        while open > 0 {
            match self.events.read_event()? {
                Event::Start(_) if self.depth + open >= MAX_DEPTH => return Err(Flaw::TooDeep),
                Event::Start(_) => open += 1,
                Event::End(_) => open -= 1,
                Event::GeneralRef(reference) => drop(resolve(&reference)?),
                Event::Eof => return Err(Flaw::Truncated),
                _ => {}
            }
        }
        Ok(())
    }

    /// Notes that what follows is one level deeper.
    pub(super) fn enter(&mut self) -> Result<(), Flaw> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(Flaw::TooDeep) } else { Ok(()) }
    }

    /// Notes that a level is done.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}

/// Most texts are one piece, which stays borrowed.
fn append<'a>(text: &mut Cow<'a, str>, part: Cow<'a, str>) {
    if text.is_empty() {
        *text = part;
    } else {
        text.to_mut().push_str(&part);
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<char, Flaw> {
    if let Some(letter) = reference.resolve_char_ref()? {
        return Ok(letter);
    }
    match &**reference {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        other => Err(Flaw::Entity(other.chars().take(40).collect())),
    }
}
