use tollgate_aws::account::Reach;

use super::*;

fn caller(name: &str, reach: Reach) -> Caller {
    Caller { name: name.to_owned(), reach }
}

fn results(total_bytes: usize) -> Results {
    Results::new(&Limits { results_bytes: total_bytes, ..Limits::default() })
}

fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A shelf with six servers, of two accounts.
fn servers() -> (Shelf, String) {
    let shelf = results(1 << 20).shelf(caller("jane", Reach::All));
    let handle = shelf.begin(columns(&["account", "id", "tags.team", "cores", "running"])).unwrap();
    shelf.append(&handle, 1, r#"[["staging","d","web",2,true],["staging","e",null,2,false]]"#).unwrap();
    shelf
        .append(&handle, 0, r#"[["production","a","web",8,true],["production","b","data",4,true]]"#)
        .unwrap();
    shelf.append(&handle, 0, r#"[["production","c",["x"],2.5,false]]"#).unwrap();
    (shelf, handle)
}

fn query(sql: &str) -> Result<(Vec<String>, String), ResultsError> {
    let (shelf, handle) = servers();
    shelf.query(&handle, sql, 100, 10_000).map(|page| (page.columns, page.rows))
}

#[test]
fn rows_come_in_the_order_of_their_places_and_page_by_page() {
    let (shelf, handle) = servers();
    let first = shelf.read(&handle, 0, 2, 10_000).unwrap();
    assert_eq!(first.rows, r#"[["production","a","web",8,true],["production","b","data",4,true]]"#);
    assert_eq!((first.row_count, first.next), (5, Some(2)));
    let second = shelf.read(&handle, 2, 100, 70).unwrap();
    assert_eq!(second.rows, r#"[["production","c",["x"],2.5,false],["staging","d","web",2,true]]"#);
    assert_eq!(second.next, Some(4));
    let tiny = shelf.read(&handle, 4, 100, 1).unwrap();
    assert_eq!((tiny.rows.as_str(), tiny.next), (r#"[["staging","e",null,2,false]]"#, None), "one at least");
    let beyond = shelf.read(&handle, 99, 100, 100).unwrap();
    assert_eq!((beyond.rows.as_str(), beyond.next), ("[]", None));
}

#[test]
fn sql_groups_joins_and_reads_nested_cells() {
    let (names, rows) =
        query("SELECT account, count(*) AS servers, sum(cores) FROM result GROUP BY account ORDER BY 2 DESC")
            .unwrap();
    assert_eq!(names, ["account", "servers", "sum(cores)"]);
    assert_eq!(rows, r#"[["production",3,14.5],["staging",2,4]]"#);
    let (_, rows) = query(r#"SELECT id FROM result WHERE "tags.team" = 'web' AND running"#).unwrap();
    assert_eq!(rows, r#"[["a"],["d"]]"#);
    let (_, rows) = query(r#"SELECT json_extract("tags.team", '$[0]') FROM result WHERE id = 'c'"#).unwrap();
    assert_eq!(rows, r#"[["x"]]"#);
    let (_, rows) =
        query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n")
            .unwrap();
    assert_eq!(rows, "[[1],[2],[3]]");
}

#[test]
fn an_answer_is_cut_and_says_so() {
    let (shelf, handle) = servers();
    let page = shelf.query(&handle, "SELECT id FROM result", 2, 10_000).unwrap();
    assert_eq!((page.rows.as_str(), page.row_count, page.next), (r#"[["a"],["b"]]"#, 2, Some(2)));
}

#[test]
fn nothing_but_reading_the_table_is_allowed() {
    for sql in [
        "DELETE FROM result",
        "INSERT INTO result VALUES (1,2,3,4,5)",
        "UPDATE result SET id = 1",
        "DROP TABLE result",
        "CREATE TABLE other (a)",
        "CREATE TEMP VIEW v AS SELECT 1",
        "ATTACH 'file' AS other",
        "PRAGMA hard_heap_limit=0",
        "VACUUM INTO '/tmp/x'",
        "SELECT load_extension('x')",
        "BEGIN",
        "SELECT 1; SELECT 2",
        "",
        "-- nothing",
        "SELECT no_such_column FROM result",
        "SELECT * FROM other",
        r#"SELECT "no_such_column" FROM result"#,
        "SELEC",
    ] {
        let error = query(sql).expect_err(sql);
        assert!(matches!(error, ResultsError::InvalidQuery(_)), "{sql}: {error:?}");
    }
    assert_eq!(
        query("DELETE FROM result").unwrap_err().to_string(),
        "only one SELECT over the table `result` is allowed"
    );
    let error = query("SELECT nam FROM result").unwrap_err().to_string();
    assert!(error.contains("no such column: nam"), "{error}");
    assert!(
        error.ends_with("the table `result` has the columns account, id, tags.team, cores, running"),
        "{error}"
    );
}

#[test]
fn a_query_without_end_is_stopped() {
    let limits = Limits { result_query: Duration::from_millis(50), ..Limits::default() };
    let shelf = Results::new(&limits).shelf(caller("jane", Reach::All));
    let handle = shelf.begin(columns(&["a"])).unwrap();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    assert_eq!(shelf.query(&handle, endless, 1, 100), Err(ResultsError::Timeout(Duration::from_millis(50))));
    let vast = "SELECT hex(zeroblob(1000000000))";
    assert!(matches!(shelf.query(&handle, vast, 1, 100), Err(ResultsError::TooLarge(_))));
    let wide = format!("SELECT {}", vec!["hex(zeroblob(50000))"; 20].join(","));
    assert!(matches!(shelf.query(&handle, &wide, 1, 100), Err(ResultsError::TooLarge(_))));
}

#[test]
fn one_caller_never_sees_the_tables_of_another() {
    let results = results(1 << 20);
    let jane = results.shelf(caller("jane", Reach::All));
    let handle = jane.begin(columns(&["a"])).unwrap();
    assert!(jane.read(&handle, 0, 1, 100).is_ok());
    let error = results.shelf(caller("joe", Reach::All)).read(&handle, 0, 1, 100).unwrap_err();
    assert!(matches!(error, ResultsError::Unknown { .. }));
    assert!(error.to_string().contains("call the tool again without a cursor"), "{error}");
    jane.discard(&handle);
    assert!(jane.read(&handle, 0, 1, 100).is_err());
    assert_eq!(results.lock().bytes, 0);
}

#[test]
fn neither_a_name_nor_a_reach_passes_for_another() {
    let results = results(1 << 20);
    let reach = |ids: &[&str]| ids.iter().map(|id| id.parse().unwrap()).collect::<Reach>();
    let (one, two) = ("111111111111", "222222222222");
    let callers = [
        ("jane", Reach::All),
        ("jane *", reach(&[])),
        ("jane", reach(&[])),
        ("jane", reach(&[one, two])),
        ("jane 111111111111", reach(&[two])),
        ("jane 111111111111 222222222222", reach(&[])),
    ];
    let shelves = callers.map(|(name, reach)| results.shelf(caller(name, reach)));
    let handles = shelves.each_ref().map(|shelf| shelf.begin(columns(&["a"])).unwrap());
    for (reader, shelf) in shelves.iter().enumerate() {
        for (owner, handle) in handles.iter().enumerate() {
            assert_eq!(shelf.read(handle, 0, 1, 100).is_ok(), reader == owner, "{reader} {owner}");
        }
    }
    let again = results.shelf(caller("jane", reach(&[two, one])));
    assert!(again.read(&handles[3], 0, 1, 100).is_ok(), "the same caller in another call");
}

#[test]
fn tables_are_bounded_in_size_and_number() {
    let results = results(10_000);
    let shelf = results.shelf(caller("jane", Reach::All));
    // What cannot be compressed.
    let noise: String = (0..2_400).map(|_| fastrand::alphanumeric()).collect();
    let row = format!("[[\"{noise}\"]]");
    let handles: Vec<String> = (0..10)
        .map(|_| {
            let handle = shelf.begin(columns(&["a"])).unwrap();
            shelf.append(&handle, 0, &row).unwrap();
            handle
        })
        .collect();
    assert!(results.lock().bytes <= 10_000);
    assert!(shelf.read(&handles[0], 0, 1, 100).is_err(), "the oldest made room");
    assert!(shelf.read(&handles[9], 0, 1, 100).is_ok());
    let last = &handles[9];
    let error = (0..10).find_map(|_| shelf.append(last, 0, &row).err()).expect("one table is bounded too");
    assert!(matches!(error, ResultsError::TooLarge(_)), "{error}");
    for _ in 0..100 {
        shelf.begin(columns(&["a"])).unwrap();
    }
    assert_eq!(results.lock().tables.len(), MAX_TABLES);
}

#[test]
fn rows_that_were_packed_are_paged_and_queried() {
    let shelf = results(1 << 20).shelf(caller("jane", Reach::All));
    let handle = shelf.begin(columns(&["id", "state"])).unwrap();
    let group = |place: u32| {
        let rows: Vec<String> =
            (0..100).map(|row| format!(r#"["i-{:05}","running"]"#, place * 100 + row)).collect();
        format!("[{}]", rows.join(","))
    };
    for place in [2, 0, 1] {
        shelf.append(&handle, place, &group(place)).unwrap();
    }
    let page = shelf.read(&handle, 99, 102, 10_000).unwrap();
    assert!(page.rows.starts_with(r#"[["i-00099","running"],["i-00100","#), "{}", page.rows);
    assert!(page.rows.ends_with(r#"["i-00200","running"]]"#), "{}", page.rows);
    assert_eq!((page.row_count, page.next), (300, Some(201)));
    let sum = "SELECT count(*), min(id), max(id) FROM result";
    assert_eq!(shelf.query(&handle, sum, 9, 1_000).unwrap().rows, r#"[[300,"i-00000","i-00299"]]"#);
}

#[test]
fn a_table_is_bounded_by_what_a_query_would_unpack() {
    let shelf = results(100_000).shelf(caller("jane", Reach::All));
    let handle = shelf.begin(columns(&["a"])).unwrap();
    let row = format!("[[\"{}\"]]", "x".repeat(60_000));
    shelf.append(&handle, 0, &row).unwrap();
    let error = shelf.append(&handle, 1, &row).expect_err("packed it is small");
    assert!(matches!(error, ResultsError::TooLarge(_)), "{error}");
}

#[test]
fn what_is_no_table_is_refused() {
    let shelf = results(1 << 20).shelf(caller("jane", Reach::All));
    assert!(shelf.begin(Vec::new()).is_err());
    assert!(shelf.begin(columns(&["a", "A"])).is_err(), "SQLite's columns know no case");
    let handle = shelf.begin(columns(&["a\"b", "c"])).unwrap();
    for rows in ["", "{}", "[1]", "[[1]]", "[[1,2,3]]", "[[1,2],[1]]", "[[1,2]"] {
        assert!(shelf.append(&handle, 0, rows).is_err(), "{rows}");
    }
    shelf.append(&handle, 0, "[[1,2]]").unwrap();
    let page = shelf.query(&handle, r#"SELECT "a""b" FROM result"#, 1, 100).unwrap();
    assert_eq!(page.rows, "[[1]]");
    assert!(matches!(shelf.append("r0", 0, "[[1,2]]"), Err(ResultsError::Unknown { .. })));
}
