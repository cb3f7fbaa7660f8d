//! Size of each struct, offset and size of each field, against what a C compiler said, in ../abi/0.9.json.
//! The record has one field a line, so that no parser of JSON is needed.
use std::collections::BTreeMap;

type Fields = BTreeMap<String, (usize, usize)>;

fn recorded() -> BTreeMap<String, (usize, Fields)> {
    let here = option_env!("CARGO_MANIFEST_DIR").unwrap_or(".");
    let file = std::env::var("POSEHOST_ABI_RECORD")
        .unwrap_or_else(|_| format!("{}/../abi/0.9.json", here));
    let text = std::fs::read_to_string(&file).expect(&file);
    let mut structs = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        let mut quoted = line.split('"');
        let name = quoted.nth(1).unwrap_or("").to_string();
        if let Some(at) = line.find("{\"size\": ") {
            let size = line[at + 9..].split(',').next().unwrap().parse().expect(line);
            current = name;
            structs.insert(current.clone(), (size, Fields::new()));
        } else if let Some(at) = line.find("\": [") {
            let mut numbers = line[at + 4..].split(", ").map(|n| n.parse().ok());
            let place = (numbers.next().unwrap().expect(line), numbers.next().unwrap().expect(line));
            structs.get_mut(&current).expect(line).1.insert(name, place);
        }
    }
    structs
}

#[test]
fn layout_is_the_recorded_one() {
    let recorded = recorded();
    let ours = posehost_sdk::abi::layout();
    assert!(recorded.len() >= 25, "the record was not understood: {} structs", recorded.len());
    assert_eq!(ours.len(), recorded.len());
    for (name, size, fields) in ours {
        let (recorded_size, recorded_fields) = &recorded[name];
        assert_eq!(size, *recorded_size, "size of {}", name);
        assert_eq!(fields.len(), recorded_fields.len(), "fields of {}", name);
        for (field, offset, bytes) in fields {
            assert_eq!((offset, bytes), recorded_fields[field], "{}.{}", name, field);
        }
    }
}
