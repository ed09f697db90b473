//! Project tasks: `cargo xtask <command>`.

mod bench;
mod demo;
mod fuzz;
mod model;
mod parity;
mod process;
mod test;

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
    /// Build Tollgate and ask a demo organisation three questions. Needs no AWS account.
    Demo,
    /// Install what the tests judge against, under target/, and run all tests.
    Test {
        /// Passed on to the test binaries: a filter, for one.
        arguments: Vec<String>,
    },
    /// Compare the wire protocols with botocore, over every operation of every AWS service and many seeds.
    Parity(parity::Arguments),
    /// Measure Tollgate beside boto3, both against the simulator.
    Bench {
        /// What to measure.
        #[arg(value_enum, default_value_t)]
        what: bench::What,
    },
    /// Fuzz everything that reads what others wrote.
    Fuzz(fuzz::Arguments),
    /// Build the AWS model pack from its pinned sources.
    Model(model::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Demo => demo::run(),
        Command::Test { arguments } => test::run(&arguments),
        Command::Parity(arguments) => parity::run(&arguments),
        Command::Bench { what } => bench::run(what),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Model(arguments) => model::run(&arguments),
    }
}
