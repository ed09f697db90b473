//! What holds for a database whichever tool tells of it.

/// `host:port`; none while a database is being created.
pub(crate) fn endpoint(address: Option<String>, port: Option<u16>) -> Option<String> {
    match (address, port) {
        (Some(address), Some(port)) => Some(format!("{address}:{port}")),
        (address, _) => address,
    }
}

/// The storage that was allocated. Aurora, Neptune and DocumentDB have volumes that grow by themselves:
/// RDS says 1 for them, which is no size.
pub(crate) fn allocated(engine: &str, size_gib: Option<u32>) -> Option<u32> {
    let grows = ["aurora", "docdb", "neptune"].iter().any(|family| engine.starts_with(family));
    size_gib.filter(|_| !grows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_have_a_port_where_it_is_known() {
        let address = || Some("orders.example".to_owned());
        assert_eq!(endpoint(address(), Some(5432)).as_deref(), Some("orders.example:5432"));
        assert_eq!(endpoint(address(), None), address());
        assert_eq!(endpoint(None, Some(5432)), None);
    }

    #[test]
    fn volumes_that_grow_have_no_size() {
        for engine in ["aurora-mysql", "aurora-postgresql", "docdb", "neptune"] {
            assert_eq!(allocated(engine, Some(1)), None, "{engine}");
        }
        for engine in ["postgres", "mysql", "sqlserver-se"] {
            assert_eq!(allocated(engine, Some(100)), Some(100), "{engine}");
        }
    }
}
