//! Which subnets have a route to the internet.

use serde::Deserialize;
use serde_json::json;
use tollgate_sdk::aws::{self, Target};

pub(super) const SELECT: &str = "RouteTables[].{
    vpc: VpcId, main: (Associations[?Main] | [0]) != `null`, subnets: Associations[].SubnetId,
    internet: (Routes[?State == 'active' && GatewayId && starts_with(GatewayId, 'igw-')] | [0]) != `null`
}";

/// A route table as `SELECT` leaves it.
#[derive(Debug, Deserialize)]
pub(super) struct RouteTable {
    vpc: String,
    /// Whether the subnets without a table of their own use it.
    main: bool,
    subnets: Option<Vec<String>>,
    /// Whether it has a route to an internet gateway.
    internet: bool,
}

pub(super) async fn tables(target: &Target) -> Result<Vec<RouteTable>, aws::Error> {
    let tables = aws::call::<Vec<RouteTable>>(target, "ec2", "DescribeRouteTables", json!({})).select(SELECT);
    tables.await?.whole()
}

/// Whether a subnet has a route to an internet gateway, in its own table or in the main one of its VPC; none
/// where neither is known, as of a subnet that another account shares.
pub(super) fn to_internet(tables: &[RouteTable], subnet: &str, vpc: &str) -> Option<bool> {
    let own = |table: &&RouteTable| table.subnets.iter().flatten().any(|id| id == subnet);
    let main = |table: &&RouteTable| table.main && table.vpc == vpc;
    let table = tables.iter().find(own).or_else(|| tables.iter().find(main));
    table.map(|table| table.internet)
}
