//! How large a page to ask for.

use serde_json::Value;

use crate::model::{Kind, Operation, Paginator, Protocol, Service};

/// No smaller page is asked for: where a service filters after it has cut its pages, small ones are mostly empty.
///
/// EC2's pages have no bounds in the model; its documentation has 5 to 1,000 for nearly all operations, and 100
/// for the rest. So this is allowed there as well.
const SMALLEST: u32 = 100;

/// The value of the paginator's limit key, where it is worth while to set it: when fewer items are asked for
/// than a page holds. It is set only to values that are known to be allowed.
pub(super) fn page_size(
    service: &Service,
    operation: &Operation,
    paginator: &Paginator,
    input: &Value,
    max_items: Option<u32>,
) -> Option<u32> {
    let max_items = max_items?;
    let key = paginator.limit_key.as_deref()?;
    let given = input.get(key).is_some_and(|value| !value.is_null());
    // A page size beside a list of ids is refused by some operations, and pointless with all.
    let names_ids = input.as_object().is_some_and(|members| members.values().any(is_list_of_texts));
    if given || names_ids {
        return None;
    }
    let member = service.structure(operation.input?)?.member(key)?;
    let (Kind::Integer(bounds) | Kind::Long(bounds)) = &service.shape(member.shape).kind else { return None };
    match bounds.max {
        Some(max) if f64::from(max_items) <= max => {
            let wanted = f64::from(max_items.max(SMALLEST)).max(bounds.min.unwrap_or(1.0)).min(max);
            // Both bounds are whole numbers.
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 1 and u32::MAX"
            )]
            (wanted >= 1.0).then_some(wanted as u32)
        }
        Some(_) => None,
        None => (service.protocol == Protocol::Ec2Query && max_items <= SMALLEST).then_some(SMALLEST),
    }
}

fn is_list_of_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|values| values.first().is_some_and(Value::is_string))
}
