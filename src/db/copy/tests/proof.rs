//! That both are alike, and that it would be seen if they were not.

use super::super::digest::{Digest, Sum};
use super::*;

#[tokio::test]
async fn a_difference_is_found_and_it_is_told_whose_it_is() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        for table in ["users", "audit_events", "number_limits"] {
            put(&copy.source, table, 1..=700).await;
        }
        copy.begin(0).await.unwrap();
        let brought = bring(copy).await;
        let verify = async || copy.verify(&brought, &mut |_| {}).await;
        let first = verify().await.unwrap();

        for (damage, mending) in [
            ("UPDATE audit_events SET at = 0 WHERE seq = 600", "UPDATE audit_events SET at = 600 WHERE seq = 600"),
            (
                "DELETE FROM number_limits WHERE number_token = 600",
                "INSERT INTO number_limits (number_token, full_at) VALUES (600, 600)",
            ),
            (
                "INSERT INTO number_limits (number_token, full_at) VALUES (-1, 0)",
                "DELETE FROM number_limits WHERE number_token = -1",
            ),
        ] {
            run(&copy.target, damage).await;
            let error = verify().await.unwrap_err();
            let row = if damage.contains("-1") { 1 } else { 600 };
            assert!(matches!(error, CopyError::Differs { row: at, .. } if at == row), "{damage}: {error}");
            run(&copy.target, mending).await;
        }
        assert_eq!(verify().await.unwrap(), first);

        run(&copy.source, "UPDATE audit_events SET at = 0 WHERE seq = 600").await;
        let error = verify().await.unwrap_err();
        assert!(matches!(error, CopyError::Changed { .. }), "{error}");
        assert!(error.to_string().contains("stop the servers"), "{error}");
    }
}

#[test]
fn a_digest_tells_rows_apart_that_look_alike() {
    let sum = |rows: &[&[Value]]| -> Sum {
        let mut digest = Digest::of("t");
        for row in rows {
            digest.add(&Row(row.to_vec()));
        }
        digest.sum()
    };
    let all: Vec<Vec<Vec<Value>>> = vec![
        vec![vec!["ab".into(), "c".into()]],
        vec![vec!["a".into(), "bc".into()]],
        vec![vec!["ab".into()], vec!["c".into()]],
        vec![vec!["ab".into(), Value::from(&b"c"[..])]],
        vec![vec![Value::Null]],
        vec![vec!["".into()]],
        vec![vec![Value::Int(0)]],
        vec![],
    ];
    let sums: Vec<Sum> = all.iter().map(|rows| sum(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>())).collect();
    for (at, one) in sums.iter().enumerate() {
        assert!(sums[..at].iter().all(|other| other != one), "{at}");
    }
    assert_ne!(Digest::of("t").sum().digest, Digest::of("u").sum().digest);
    // What was printed once must be the same in later versions, or copies of different times cannot be compared.
    let hex = data_encoding::HEXLOWER
        .encode(&sum(&[&["ab".into(), Value::Int(-1), Value::Null, Value::from(&[0u8, 255][..])]]).digest[..8]);
    assert_eq!(hex, "6485c3a34154af7e");
}
