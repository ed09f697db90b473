//! The pieces of an answer.

use serde_json::{Map, Value};

/// A piece of the answer for the client's model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// Plain text.
    Text(String),
    /// A picture: bytes and media type.
    Image {
        /// The bytes.
        data: Vec<u8>,
        /// The media type, for example `image/png`.
        mime_type: String,
    },
    /// A sound: bytes and media type.
    Audio {
        /// The bytes.
        data: Vec<u8>,
        /// The media type, for example `audio/wav`.
        mime_type: String,
    },
    /// A resource that the client may read later.
    ResourceLink(Link),
    /// A resource that comes with the answer.
    Resource(Resource),
    /// Any other MCP content block.
    Other(Map<String, Value>),
}

impl Content {
    /// A picture.
    pub fn image(data: impl Into<Vec<u8>>, mime_type: impl Into<String>) -> Self {
        Self::Image { data: data.into(), mime_type: mime_type.into() }
    }

    /// A sound.
    pub fn audio(data: impl Into<Vec<u8>>, mime_type: impl Into<String>) -> Self {
        Self::Audio { data: data.into(), mime_type: mime_type.into() }
    }
}

/// A resource that the client may read later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it is.
    pub uri: String,
    /// A short name.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Its media type.
    pub mime_type: Option<String>,
}

/// A resource that comes with the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Where it is.
    pub uri: String,
    /// Its media type.
    pub mime_type: Option<String>,
    /// What it holds.
    pub body: Body,
}

/// What an embedded resource holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}
