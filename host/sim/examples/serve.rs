//! Serves the demo organisation, or another one, for the AWS CLI, any AWS SDK, authors of plugins, and benchmarks.
//!
//! ```sh
//! cargo run -p tollgate-sim --example serve -- --port 4599 --page-size 5 --latency-ms 50
//! ```
#![allow(clippy::print_stdout, reason = "this is a program for a terminal")]

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tollgate_sim::{DEMO_REGION, DemoOptions, DemoOrg, Effect, Fault, Fixtures, Sim, SimConfig};

const USAGE: &str = "usage: serve [--port N] [--page-size N] [--latency-ms N] [--denied-account NAME] \
     [--failing-region REGION] [--fixtures FOLDER | --synthetic ACCOUNTS,REGIONS,INSTANCES] [--throttle-every N]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sim = Sim::start(config(std::env::args().skip(1))?).await?;
    let credentials = sim.base_credentials();
    println!("# These make the AWS CLI and every AWS SDK in this shell talk to the simulator:");
    println!("export AWS_ENDPOINT_URL={}", sim.endpoint_url());
    println!("export AWS_ACCESS_KEY_ID={}", credentials.access_key_id());
    println!("export AWS_SECRET_ACCESS_KEY={}", credentials.secret_access_key());
    println!("export AWS_REGION={DEMO_REGION}");
    println!("# The roles that they may assume:");
    for account in sim.fixtures().organization().accounts.iter().filter(|account| !account.denied) {
        if let Some(role) = &account.role {
            let external_id = account.external_id.as_deref().unwrap_or("none");
            println!("#   {:<12} {role}  external id {external_id}", account.name);
        }
    }
    println!("# Ends with Ctrl-C.");
    tokio::signal::ctrl_c().await?;
    Ok(())
}

fn config(mut arguments: impl Iterator<Item = String>) -> Result<SimConfig, Box<dyn Error>> {
    let mut options = DemoOptions::default();
    let (mut port, mut page_size, mut fixtures, mut throttle_every) = (0, None, None, None);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(USAGE)?;
        match name.as_str() {
            "--port" => port = value.parse()?,
            "--page-size" => page_size = Some(value.parse()?),
            "--latency-ms" => options.latency = Duration::from_millis(value.parse()?),
            "--denied-account" => options.denied_account = Some(value),
            "--failing-region" => options.failing_region = Some(value),
            "--fixtures" => fixtures = Some(Fixtures::read(&PathBuf::from(value))?),
            "--synthetic" => fixtures = Some(synthetic(&value)?),
            "--throttle-every" => throttle_every = Some(value.parse()?),
            _ => return Err(USAGE.into()),
        }
    }
    let latency = options.latency;
    let mut config = match fixtures {
        Some(fixtures) => SimConfig::new(fixtures),
        None => DemoOrg::load(&options)?.config,
    };
    config.latency = latency;
    config.address = SocketAddr::from(([127, 0, 0, 1], port));
    if let Some(page_size) = page_size {
        config.page_size = page_size;
    }
    if let Some(nth) = throttle_every {
        let accounts = &config.fixtures.organization().accounts;
        let throttled = |id: &str| Fault::new(Effect::Throttle).account(id).service("ec2").every(nth);
        config.faults.extend(accounts.iter().map(|account| throttled(&account.id)));
    }
    Ok(config)
}

/// So many accounts, regions of each, and instances in each of those.
fn synthetic(numbers: &str) -> Result<Fixtures, Box<dyn Error>> {
    let numbers = numbers.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    let [accounts, regions, instances] = numbers[..] else { return Err(USAGE.into()) };
    Ok(Fixtures::synthetic(accounts, regions, instances, 0))
}
