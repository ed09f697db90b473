mod classification;
mod outline;
mod schema;
