//! `tollgate aws describe`

use std::io::Write;
use std::num::NonZeroUsize;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use tollgate_aws::describe::{
    Classification, Line, OperationDescription, OperationSummary, ServiceDescription, outline,
};
use tollgate_aws::endpoint::{Resolver, Scope};
use tollgate_aws::model::{Names, Operation, Pack, Service, ShapeId};

use super::classify::some;
use crate::cli::output;
use crate::cli::usage;

/// So many redacted values are told; JSON has all.
const TOLD: usize = 4;

/// Names are set under each other up to this width; a longer one pushes its line to the right.
const WIDEST_NAME: usize = 44;

/// Show which services there are, what a service can do, and what an operation takes and answers
///
/// Services and operations are found under every usual name: `logs`, `cloudwatch-logs`, `CloudWatch Logs`;
/// `DescribeInstances`, `describe-instances`.
#[derive(Args, Debug)]
pub(super) struct Describe {
    /// The service; without one, all services are listed
    service: Option<String>,
    /// The operation; without one, all operations of the service are listed
    operation: Option<String>,
    /// List only what has this text in its name or description
    #[arg(long, value_name = "TEXT", conflicts_with = "operation")]
    filter: Option<String>,
    /// Show so many levels of the input and output [default: all]
    #[arg(long, value_name = "LEVELS", requires = "operation")]
    depth: Option<NonZeroUsize>,
    /// Print JSON; of an operation, with the JSON Schema of its input and output
    #[arg(long)]
    json: bool,
}

impl Describe {
    pub(super) fn run(self) -> Result<ExitCode> {
        let pack = Pack::bundled();
        let out = &mut std::io::stdout().lock();
        let written = match &self.service {
            None => self.services(pack, out),
            Some(service) => {
                let service = pack.find(service).map_err(usage)?;
                match &self.operation {
                    None => self.service(&service, pack, out),
                    Some(operation) => self.operation(&service, service.find(operation).map_err(usage)?, out),
                }
            }
        };
        output::unless_closed(written)?;
        Ok(ExitCode::SUCCESS)
    }

    fn services(&self, pack: &Pack, out: &mut impl Write) -> Result<()> {
        let wanted = |names: &&Names| self.wants([&names.name, &names.service_id, &names.full_name]);
        let names: Vec<_> = pack.names()?.iter().filter(wanted).collect();
        if self.json {
            return json(&names, out);
        }
        let rows =
            names.iter().map(|names| [&names.name, &names.full_name].map(ToString::to_string).into_iter());
        output::grid(&["service", "name"], rows, out)?;
        writeln!(
            out,
            "{} services; `tollgate aws describe <service>` lists the operations of one",
            names.len()
        )?;
        Ok(())
    }

    fn service(&self, service: &Service, pack: &Pack, out: &mut impl Write) -> Result<()> {
        let mut service = ServiceDescription::of(service, &Resolver::new(pack));
        let all = service.operations.len();
        service.operations.retain(|operation| {
            self.wants([&*operation.classification.operation, operation.doc.as_deref().unwrap_or_default()])
        });
        if self.json {
            return json(&service, out);
        }
        writeln!(out, "{}: {}\n", service.name, service.full_name)?;
        fact(out, "protocol", &format!("{}, version {}", service.protocol, service.api_version))?;
        fact(out, "endpoint", endpoint(service.scope))?;
        writeln!(out)?;
        output::grid(&["operation", "access", "what it does"], service.operations.iter().map(cells), out)?;
        writeln!(
            out,
            "{} of {all} operations; `tollgate aws describe {} <operation>` says what one takes and answers",
            service.operations.len(),
            service.name
        )?;
        Ok(())
    }

    fn operation(&self, service: &Service, operation: &Operation, out: &mut impl Write) -> Result<()> {
        let description = OperationDescription::of(service, operation);
        if self.json {
            return json(&description, out);
        }
        writeln!(out, "{} {}\n", service.name, operation.name)?;
        if let Some(doc) = &description.doc {
            writeln!(out, "  {doc}\n")?;
        }
        facts(&description, out)?;
        self.shape("Input", service, operation.input, out)?;
        self.shape("Output", service, operation.output, out)
    }

    fn shape(
        &self,
        title: &str,
        service: &Service,
        shape: Option<ShapeId>,
        out: &mut impl Write,
    ) -> Result<()> {
        let lines = outline(service, shape, self.depth.map_or(usize::MAX, NonZeroUsize::get));
        if lines.is_empty() {
            writeln!(out, "\n{title}: nothing")?;
            return Ok(());
        }
        let legend = if lines.iter().any(|line| line.required) { " (! is required)" } else { "" };
        writeln!(out, "\n{title}{legend}")?;
        let name = |line: &Line| {
            let required = if line.required { " !" } else { "" };
            format!("{:indent$}{}{required}", "", line.name, indent = 2 + 2 * line.depth)
        };
        let width = |text: &str, most: usize| text.chars().count().min(most);
        let names = lines.iter().map(|line| width(&name(line), WIDEST_NAME)).max().unwrap_or_default();
        let kinds = lines.iter().map(|line| width(&line.kind, WIDEST_NAME)).max().unwrap_or_default();
        for line in &lines {
            let text = format!("{:names$}  {:kinds$}  {}", name(line), line.kind, line.note);
            writeln!(out, "{}", text.trim_end())?;
        }
        Ok(())
    }

    fn wants<const N: usize>(&self, texts: [&str; N]) -> bool {
        let Some(filter) = &self.filter else { return true };
        let filter = filter.to_lowercase();
        // `describe-instances` finds `DescribeInstances`.
        let name = filter.replace(['-', '_'], "");
        texts
            .iter()
            .map(|text| text.to_lowercase())
            .any(|text| text.contains(&filter) || text.contains(&name))
    }
}

/// What decides whether and how an operation can be called.
fn facts(description: &OperationDescription, out: &mut impl Write) -> Result<()> {
    let classification = &description.classification;
    let mode = if classification.read_only { "passes" } else { "is refused" };
    fact(out, "access", &format!("{}: {mode} in read-only mode", classification.access))?;
    fact(out, "IAM action", &classification.iam_action)?;
    if let Some(reason) = &classification.sensitive {
        let grant = &classification.exact_grant;
        fact(out, "sensitive", &format!("{reason}: needs a grant for exactly {grant}"))?;
    }
    if !classification.redacted.is_empty() {
        fact(out, "redacted", &some(&classification.redacted, TOLD))?;
    }
    if description.deprecated {
        fact(out, "deprecated", "AWS asks not to use it any more")?;
    }
    if description.paged {
        let items = description.items.join(", ");
        fact(out, "pages", &format!("merged; --max-items counts {items}"))?;
    }
    Ok(())
}

fn fact(out: &mut impl Write, name: &str, value: &str) -> Result<()> {
    writeln!(out, "  {name:11} {value}")?;
    Ok(())
}

fn endpoint(scope: Scope) -> &'static str {
    match scope {
        Scope::Account => "one for all regions: asked once in each account, as region `global`",
        Scope::Public => "one for everybody: asked once in any account, as region `global`",
        _ => "one for each region",
    }
}

fn cells(operation: &OperationSummary) -> std::array::IntoIter<String, 3> {
    let Classification { operation: name, access, sensitive, .. } = &operation.classification;
    let sensitive = if sensitive.is_some() { ", sensitive" } else { "" };
    let doc = operation.doc.as_deref().unwrap_or_default();
    [name.to_string(), format!("{access}{sensitive}"), doc.to_owned()].into_iter()
}

fn json(value: &impl serde::Serialize, out: &mut impl Write) -> Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}
