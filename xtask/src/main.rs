//! Project tasks: `cargo xtask <command>`.

mod model;

use clap::{Parser, Subcommand};

/// Tasks of the project.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Subcommand)]
enum Command {
    /// Build the AWS model pack from its pinned sources.
    Model(model::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Model(arguments) => model::run(&arguments),
    }
}
