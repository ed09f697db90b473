//! Endpoint rules: whatever the input, a request goes to AWS or nowhere.

use serde_json::Value as Json;

use super::make::{Maker, operation, services};
use super::{Bounds, fuzz, mutate};
use crate::account::check_region;
use crate::endpoint::{Resolver, Settings};
use crate::model::Pack;
use crate::protocol::encode;

/// The rules of a service are read at its first call.
const RESOLUTION: Bounds = Bounds { bytes: 512, allocations: 64, base: 32 << 20 };

/// Ends of host names of AWS that no partition tells of.
const OTHER_SUFFIXES: [&str; 6] = [
    ".amazonaws-eusc.eu",
    ".amazonaws-us-gov.com",
    ".amazonaws.cn",
    ".aws.amazon.com",
    ".on.aws",
    ".signin.aws",
];

#[test]
fn hosts() {
    let pack = Pack::bundled();
    let resolver = Resolver::new(pack);
    let mut suffixes: Vec<String> = OTHER_SUFFIXES.map(str::to_owned).to_vec();
    for partition in &pack.partitions().partitions {
        suffixes.push(format!(".{}", partition.outputs.dns_suffix));
        suffixes.push(format!(".{}", partition.outputs.dual_stack_dns_suffix));
    }
    let all = services(|_| true);
    // Those whose rules look at the input.
    let tricky =
        services(|service| ["s3", "s3control", "dynamodb", "events", "sts"].contains(&&*service.name));
    fuzz("endpoints", 2000, |chance, tally| {
        let services = if chance.bool() { &tricky } else { &all };
        let (service, operation) = operation(chance, services);
        let mut input = match operation.input.and_then(|shape| service.structure(shape)) {
            Some(structure) => Json::Object(Maker { service, chance }.structure(structure, 0)),
            None => Json::Object(serde_json::Map::new()),
        };
        mutate::json(chance, &mut input);
        let mut region = ["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "aws-global", "local"]
            [chance.usize(..6)]
        .to_owned();
        if chance.u8(..8) == 0 {
            mutate::text(chance, &mut region);
        }
        let settings =
            Settings::default().with_fips(chance.u8(..4) == 0).with_dual_stack(chance.u8(..4) == 0);
        let length = input.to_string().len() + region.len();
        let resolved = tally.bounded(length, RESOLUTION, || {
            // The client checks the region first.
            check_region(pack.partitions(), &region).map_err(|error| error.to_string())?;
            let endpoint = resolver.resolve(service, operation, &input, &region, &settings);
            endpoint.map_err(|error| error.to_string())
        });
        tally.count(&resolved);
        let Ok(endpoint) = resolved else { return };
        let host = endpoint.url.strip_prefix("https://").unwrap_or_else(|| panic!("{}", endpoint.url));
        let host = host.split('/').next().unwrap_or_default();
        let ours = suffixes.iter().any(|suffix| host.ends_with(suffix.as_str()));
        assert!(ours, "{} of {input:.2000} in {region}", endpoint.url);
        if let Ok(request) = encode(service, operation, &input)
            && let Ok(uri) = endpoint.uri(&request)
        {
            let host = uri.host().unwrap_or_default();
            let same = uri.authority().is_some_and(|authority| authority.as_str() == host);
            assert!(same && suffixes.iter().any(|suffix| host.ends_with(suffix.as_str())), "{uri}");
        }
    });
}
