//! `tollgate aws call`

use std::io::Read as _;
use std::num::NonZeroU32;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use futures::{StreamExt as _, stream};
use serde_json::Value;
use tollgate_aws::account::{AccountId, Reach, Resolution, SelectorError, Target};
use tollgate_aws::endpoint::{GLOBAL, Scope};
use tollgate_aws::grant::{Action, Grant, Mode, Pattern, Refusal};
use tollgate_aws::model::{Operation, Pack, Service};
use tollgate_aws::{Client, Error, InvalidRequest, Principal, Request, protocol};

use super::answer::{Answers, Format, Place};
use crate::cli::{Source, exit, progress, usage};

/// So many targets are asked at once; the engine bounds its requests by itself.
const AT_ONCE: usize = 256;

/// Call one operation of any AWS service, in one or in many accounts and regions
///
/// Reading is allowed, and nothing else: what changes something needs --allow-write, and what gives away secrets or
/// data needs --allow with its exact name. In other answers, values that are secrets are redacted without --reveal.
/// `tollgate aws describe` says what an operation takes and answers.
///
/// One target's answer is printed as it is, so that `jq` can read it. Answers of several are printed one object
/// each, in the order of the targets: {"account", "account_id", "region", "output", "truncated", "cursor"}. All JSON
/// is indented on a terminal, and one line each elsewhere. Targets that fail are named on standard error.
///
/// Ends with 0 if every target answered, with 2 if only some did, with 1 if none did, and with 64 if the command line
/// was refused, in which case nothing was sent.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Call {
    /// The service, under any usual name: ec2, cloudwatch-logs, s3api
    service: String,
    /// The operation: DescribeInstances, or describe-instances
    operation: String,
    #[command(flatten)]
    source: Source,
    /// Which accounts: names, ids, env:prod, tag:team=payments, all [default: all; must be given for changes]
    #[arg(long, visible_alias = "accounts", value_name = "SELECTOR", value_delimiter = ',')]
    account: Vec<String>,
    /// Which regions: names, or all that are enabled [default: the accounts' configured ones]
    #[arg(long, visible_alias = "regions", value_name = "REGION", value_delimiter = ',')]
    region: Vec<String>,
    /// The input: a JSON object, @FILE, or - for standard input
    #[arg(long, value_name = "OBJECT", default_value = "{}", hide_default_value = true)]
    json: String,
    /// Print what this JMESPath expression makes of each output
    #[arg(long, value_name = "EXPRESSION")]
    select: Option<String>,
    /// At most so many items of each target, of an operation with pages
    #[arg(long, value_name = "NUMBER")]
    max_items: Option<NonZeroU32>,
    /// Go on where an earlier answer of the same call was cut
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    /// Allow this sensitive operation, by its exact name: secretsmanager:GetSecretValue
    #[arg(long, value_name = "SERVICE:OPERATION", value_delimiter = ',')]
    allow: Vec<Pattern>,
    /// Allow operations that change something
    #[arg(long)]
    allow_write: bool,
    /// Show what is otherwise redacted in this operation's answer, by its exact name: lambda:ListFunctions
    #[arg(long, value_name = "SERVICE:OPERATION", value_delimiter = ',')]
    reveal: Vec<Action>,
    /// How to print the answers
    #[arg(long, short, value_enum, default_value_t)]
    output: Format,
}

const EXAMPLES: &str = "\
Examples:
  tollgate aws call sts get-caller-identity
  tollgate aws call ec2 describe-vpcs --account env:prod --region all --select 'Vpcs[].CidrBlock'
  tollgate aws call ec2 describe-instances --json '{\"Filters\": [{\"Name\": \"tag:team\", \"Values\": [\"payments\"]}]}'";

impl Call {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let service = Pack::bundled().find(&self.service).map_err(usage)?;
        let operation = service.find(&self.operation).map_err(usage)?;
        let grant = self.grant(operation)?;
        if self.max_items.is_some() && operation.paginator.is_none() {
            return Err(usage(format!(
                "--max-items: {} has no pages whose items could be counted",
                operation.name
            )));
        }
        let input = self.input()?;
        protocol::encode(&service, operation, &input).map_err(usage)?;

        let aws = self.source.open_aws().await?;
        let bar = progress::bar();
        let principal = Principal::new("local", "command-line", grant);
        // What is told of the accounts is what was asked of them.
        let client = aws.client.pinned();
        let sweep = Sweep { call: &self, client: &client, service: &service, operation, input, principal };
        let code = tokio::select! {
            code = sweep.run(&bar) => code,
            Ok(()) = tokio::signal::ctrl_c() => Ok(ExitCode::from(exit::INTERRUPTED)),
        };
        bar.finish_and_clear();
        code
    }

    /// Reads, and whatever the flags allow beyond that.
    fn grant(&self, operation: &Operation) -> Result<Grant> {
        if let Some(wild) = self.allow.iter().find(|pattern| !pattern.is_exactly(pattern.as_str())) {
            return Err(usage(format!("--allow {wild}: name the operation exactly, without a wildcard")));
        }
        let mut mode = if self.allow_write { Mode::ReadWrite } else { Mode::ReadOnly };
        let mut patterns = vec!["*:*".parse::<Pattern>()?];
        patterns.extend(self.allow.iter().cloned());
        let grant = Grant::new(mode, vec![patterns.clone()]).revealing(vec![self.reveal.clone()]);
        // The engine's own check says what is missing, one thing at a time.
        let mut flags = Vec::new();
        while let Err(refusal) = Grant::new(mode, vec![patterns.clone()]).check(operation) {
            match refusal {
                Refusal::WriteInReadOnly { .. } if mode == Mode::ReadOnly => {
                    mode = Mode::ReadWrite;
                    flags.push("--allow-write".to_owned());
                }
                Refusal::Sensitive { grant, .. } if !flags.contains(&format!("--allow {grant}")) => {
                    patterns.push(grant.parse()?);
                    flags.push(format!("--allow {grant}"));
                }
                other => return Err(usage(other)),
            }
        }
        if !flags.is_empty() {
            return Err(usage(format!(
                "{}; nothing was sent. To allow it: {}",
                refused(operation),
                flags.join(" ")
            )));
        }
        if !operation.access.is_read_only() && self.account.iter().all(|account| account == "all") {
            return Err(usage("a change is sent only to accounts that are named: add --account"));
        }
        Ok(grant)
    }

    fn input(&self) -> Result<Value> {
        let text = match (self.json.as_str(), self.json.strip_prefix('@')) {
            ("-", _) => {
                let mut text = String::new();
                let read = std::io::stdin().read_to_string(&mut text);
                read.map_err(|error| usage(format!("--json -: standard input: {error}")))?;
                text
            }
            (_, Some(file)) => {
                std::fs::read_to_string(file).map_err(|error| usage(format!("--json @{file}: {error}")))?
            }
            (text, None) => text.to_owned(),
        };
        serde_json::from_str(&text).map_err(|error| usage(format!("--json: expected a JSON object: {error}")))
    }
}

/// Why an operation is not sent without being allowed.
fn refused(operation: &Operation) -> String {
    let mut reasons = Vec::new();
    if !operation.access.is_read_only() {
        reasons.push(format!("changes something (access level: {})", operation.access));
    }
    if let Some(reason) = &operation.sensitive {
        reasons.push(format!("is sensitive ({reason})"));
    }
    format!("`{}` {}", operation.iam_action, reasons.join(" and "))
}

/// Whether it is the same for every target, and was told before anything was sent.
fn is_refused(error: &Error) -> bool {
    match error {
        Error::Invalid(InvalidRequest::Target(_)) => false,
        Error::Denied(_) | Error::Invalid(_) => true,
        _ => false,
    }
}

/// One call in all its targets.
struct Sweep<'a> {
    call: &'a Call,
    client: &'a Client,
    service: &'a Service,
    operation: &'a Operation,
    input: Value,
    principal: Principal,
}

impl Sweep<'_> {
    async fn run(&self, bar: &indicatif::ProgressBar) -> Result<ExitCode> {
        let Resolution { targets, failures } = self.targets().await?;
        if self.call.cursor.is_some() && targets.len() != 1 {
            return Err(usage(format!(
                "--cursor goes on in one account and region, and {} are meant: name --account and --region",
                targets.len()
            )));
        }
        let mut answers = Answers::new(self.call.output, targets.len() + failures.len(), bar);
        for (account, reason) in failures {
            answers.failed(&self.place(account, None), &reason);
        }
        bar.set_length(targets.len() as u64);
        let ask = |target: Target| async {
            let place = self.place(target.account, Some(target.region.clone()));
            let outcome = self.client.call(&self.principal, self.request(target)).await;
            bar.inc(1);
            (place, outcome)
        };
        let mut outcomes = stream::iter(targets).map(ask).buffered(AT_ONCE);
        while let Some((place, outcome)) = outcomes.next().await {
            match outcome {
                Ok(response) => answers.answered(&place, response)?,
                Err(error) if is_refused(&error) => return Err(usage(error)),
                Err(error) => answers.failed(&place, &self.reason(&error)),
            }
            if answers.is_closed() {
                break;
            }
        }
        Ok(answers.code())
    }

    /// Where to ask: once in each account, or in one account at all, for a service that has no regions.
    async fn targets(&self) -> Result<Resolution> {
        let scope = self.client.scope(&self.service.name)?;
        if scope == Scope::Regional {
            let resolution = self.resolve(&self.call.region).await?;
            self.check_change(&resolution)?;
            return Ok(resolution);
        }
        // Named regions are checked, though they make no difference.
        let named: Vec<String> =
            self.call.region.iter().filter(|name| *name != "all" && *name != GLOBAL).cloned().collect();
        if !named.is_empty() {
            self.resolve(&named).await?;
        }
        let mut resolution = self.resolve(&[GLOBAL.to_owned()]).await?;
        if scope == Scope::Public && self.call.account.is_empty() {
            resolution.targets.truncate(1);
        }
        Ok(resolution)
    }

    async fn resolve(&self, regions: &[String]) -> Result<Resolution> {
        match self.client.resolve(&self.call.account, regions, &Reach::All).await {
            Ok(resolution) => Ok(resolution),
            // Nothing that the command line said, but what AWS did.
            Err(error @ (SelectorError::Identity(_) | SelectorError::Discovery(_))) => Err(error.into()),
            Err(error) => Err(usage(error)),
        }
    }

    /// One change in an account is meant, unless regions are named.
    fn check_change(&self, resolution: &Resolution) -> Result<()> {
        if self.operation.access.is_read_only() || !self.call.region.is_empty() {
            return Ok(());
        }
        // The regions of an account stand together.
        match resolution.targets.windows(2).find(|pair| pair[0].account == pair[1].account) {
            Some(pair) => Err(usage(format!(
                "account {} has several regions, and a change is sent to one unless they are named: add --region",
                pair[0].account
            ))),
            None => Ok(()),
        }
    }

    fn request(&self, target: Target) -> Request {
        Request {
            target,
            service: self.service.name.to_string(),
            operation: self.operation.name.to_string(),
            input: self.input.clone(),
            select: self.call.select.clone(),
            max_items: self.call.max_items.map(NonZeroU32::get),
            cursor: self.call.cursor.clone(),
            // Every command is a process of its own, and has no earlier answers.
            fresh: true,
        }
    }

    /// What happened, and what to do.
    fn reason(&self, error: &Error) -> String {
        match error.advice(self.operation) {
            Some(advice) => format!("{error}; {advice}"),
            None => error.to_string(),
        }
    }

    fn place(&self, account: AccountId, region: Option<String>) -> Place {
        let known = self.client.known(account);
        Place { name: known.map_or_else(|| account.to_string(), |known| known.name.clone()), account, region }
    }
}
