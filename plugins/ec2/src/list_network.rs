//! `ec2_list_network`.

use futures::future::{join_all, join3};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tollgate_sdk::{
    ListQuery, Row, Rows, Table, Tags, ToolError,
    aws::{self, Target},
    sweep, tool,
};

mod routes;
mod select;
#[cfg(test)]
mod tests;

use crate::exposure::{Exposure, Rule};
use routes::RouteTable;

// Without a docstring: it would stand in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Vpc,
    Subnet,
    SecurityGroup,
    Address,
    NatGateway,
    InternetGateway,
    FlowLog,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Vpc,
        Self::Subnet,
        Self::SecurityGroup,
        Self::Address,
        Self::NatGateway,
        Self::InternetGateway,
        Self::FlowLog,
    ];
}

/// A part of a network as the expressions leave it; the rest is filled in from other answers.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Part {
    kind: Kind,
    id: String,
    /// The name of a security group, else the tag `Name`.
    name: Option<String>,
    state: Option<String>,
    /// The connectivity of a NAT gateway, the traffic of a flow log.
    r#type: Option<String>,
    vpc: Option<String>,
    subnet: Option<String>,
    cidr: Option<String>,
    availability_zone: Option<String>,
    address: Option<String>,
    /// What has the address; what the flow log watches.
    attached_to: Option<String>,
    /// A security group that lets the internet in; a subnet with a route to an internet gateway.
    public: Option<bool>,
    /// What the security group lets the internet reach: `tcp/22`, `udp/6000-6100`, `icmp`, `all`.
    open_ports: Option<Vec<String>>,
    /// Whether a flow log watches the VPC, or the subnet.
    flow_logs: Option<bool>,
    default: Option<bool>,
    free_addresses: Option<u32>,
    destination: Option<String>,
    description: Option<String>,
    created: Option<String>,
    tags: Tags,
}

impl Row for Part {
    const DEFAULT_FIELDS: &'static [&'static str] =
        &["kind", "id", "name", "state", "vpc", "cidr", "address", "attached_to", "public", "open_ports"];
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Arguments {
    /// Default: all
    #[serde(default)]
    kinds: Vec<Kind>,
    /// Only security groups that let the internet reach this port
    open_port: Option<u16>,
    #[serde(flatten)]
    query: ListQuery,
}

/// Lists VPCs and what is in them; tells security groups open to the internet, unassociated addresses and
/// VPCs without flow logs.
#[tool(read_only, open_world, title = "VPC networks")]
pub(crate) async fn ec2_list_network(arguments: Arguments) -> Result<Table<Part>, ToolError> {
    let wants = Wants::of(&arguments)?;
    sweep(&arguments.query, async |target| network(&target, &wants).await).await
}

/// What a call asks for.
#[derive(Debug)]
struct Wants {
    kinds: Vec<Kind>,
    open_port: Option<u16>,
    flow_logs: bool,
    routes: bool,
}

impl Wants {
    fn of(Arguments { kinds, open_port, query }: &Arguments) -> Result<Self, ToolError> {
        let mut kinds = if kinds.is_empty() { Kind::ALL.to_vec() } else { kinds.clone() };
        if open_port.is_some() {
            kinds.retain(|kind| *kind == Kind::SecurityGroup);
        }
        if kinds.is_empty() {
            let text = "only security groups have open ports: ask for this kind, or leave `kinds` out";
            return Err(ToolError::invalid_argument("open_port", text));
        }
        let has = |kind| kinds.contains(&kind);
        let flow_logs = (has(Kind::Vpc) || has(Kind::Subnet)) && query.wants::<Part>(&["flow_logs"]);
        let routes = has(Kind::Subnet) && query.wants::<Part>(&["public"]);
        Ok(Self { kinds, open_port: *open_port, flow_logs, routes })
    }
}

async fn network(target: &Target, wants: &Wants) -> Result<Rows<Part>, aws::Error> {
    let listed = join_all(wants.kinds.iter().map(|kind| list(target, *kind, wants.open_port)));
    let watched = async {
        match wants.flow_logs {
            true => Some(watched(target).await),
            false => None,
        }
    };
    let routes = async {
        match wants.routes {
            true => Some(routes::tables(target).await),
            false => None,
        }
    };
    let (listed, watched, routes) = join3(listed, watched, routes).await;
    let mut failures = Vec::new();
    let mut known = Known::default();
    match watched.transpose() {
        Ok(watched) => known.watched = watched,
        Err(error) => failures.push(error.context("flow_logs")),
    }
    match routes.transpose() {
        Ok(routes) => known.routes = routes,
        Err(error) => failures.push(error.context("public subnets")),
    }
    let completed = |listed: aws::Response<Vec<Part>>| listed.map_each(|part| part.completed(&known));
    let mut rows = Rows::merge(listed.into_iter().map(|answer| answer.map(completed)))?;
    failures.into_iter().for_each(|error| rows.fail(error));
    Ok(rows)
}

/// All of one kind.
async fn list(
    target: &Target,
    kind: Kind,
    open_port: Option<u16>,
) -> Result<aws::Response<Vec<Part>>, aws::Error> {
    let (operation, select) = match kind {
        Kind::Vpc => ("DescribeVpcs", select::VPCS),
        Kind::Subnet => ("DescribeSubnets", select::SUBNETS),
        Kind::SecurityGroup => return security_groups(target, open_port).await,
        Kind::Address => ("DescribeAddresses", select::ADDRESSES),
        Kind::NatGateway => ("DescribeNatGateways", select::NAT_GATEWAYS),
        Kind::InternetGateway => ("DescribeInternetGateways", select::INTERNET_GATEWAYS),
        Kind::FlowLog => ("DescribeFlowLogs", select::FLOW_LOGS),
    };
    aws::call(target, "ec2", operation, json!({})).select(select).await
}

/// A security group with its rules.
#[derive(Deserialize)]
struct SecurityGroup {
    rules: Option<Vec<Rule>>,
    #[serde(flatten)]
    part: Part,
}

impl SecurityGroup {
    fn exposure(&self) -> Exposure {
        Exposure::of(self.rules.as_deref().unwrap_or_default())
    }
}

/// The security groups, or those of them that let the internet reach a port.
async fn security_groups(target: &Target, port: Option<u16>) -> Result<aws::Response<Vec<Part>>, aws::Error> {
    let groups = aws::call::<Vec<SecurityGroup>>(target, "ec2", "DescribeSecurityGroups", json!({}))
        .select(select::security_groups());
    let open =
        |groups: Vec<SecurityGroup>| groups.into_iter().filter_map(|group| open_group(group, port)).collect();
    Ok(groups.await?.map(open))
}

/// The row of a group; none where it is closed at the port.
fn open_group(group: SecurityGroup, port: Option<u16>) -> Option<Part> {
    let exposure = group.exposure();
    port.is_none_or(|port| exposure.reaches(port)).then(|| Part {
        public: Some(exposure.is_any()),
        open_ports: Some(exposure.words()),
        ..group.part
    })
}

/// The ids of what flow logs watch: VPCs, subnets, network interfaces.
async fn watched(target: &Target) -> Result<Vec<String>, aws::Error> {
    let logs = aws::call::<Vec<String>>(target, "ec2", "DescribeFlowLogs", json!({}))
        .select("FlowLogs[?DeliverLogsStatus != 'FAILED'].ResourceId");
    logs.await?.whole()
}

/// What other answers say of a target's network; none: not asked, or not answered.
#[derive(Debug, Default)]
struct Known {
    watched: Option<Vec<String>>,
    routes: Option<Vec<RouteTable>>,
}

impl Part {
    fn completed(mut self, known: &Known) -> Self {
        if matches!(self.kind, Kind::Vpc | Kind::Subnet) {
            let places = [Some(&self.id), self.vpc.as_ref()];
            let is_watched =
                |watched: &Vec<String>| places.into_iter().flatten().any(|id| watched.contains(id));
            self.flow_logs = known.watched.as_ref().map(is_watched);
        }
        if let (Kind::Subnet, Some(tables), Some(vpc)) = (self.kind, &known.routes, &self.vpc) {
            self.public = routes::to_internet(tables, &self.id, vpc);
        }
        self
    }
}
