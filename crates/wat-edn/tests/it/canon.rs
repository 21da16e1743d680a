//! S10–S12 and the canonical bytes of data.

use wat_edn::Address;
use wat_edn::canon::CanonWriter;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[track_caller]
fn form(build: impl FnOnce(&mut CanonWriter), bytes: &str, digits: &str) {
    let mut writer = CanonWriter::new();
    build(&mut writer);
    assert_eq!(hex(writer.as_bytes()), bytes.replace(' ', ""));
    assert_eq!(writer.address().to_string(), format!("b3:{digits}"));
}

#[track_caller]
fn data(build: impl FnOnce(&mut CanonWriter), bytes: &str, address: &str) {
    let mut writer = CanonWriter::new();
    build(&mut writer);
    assert_eq!(hex(writer.as_bytes()), bytes);
    assert_eq!(writer.data_address().to_string(), address);
}

#[test]
fn forms_have_the_bytes_and_addresses_of_the_reference() {
    form(
        |w| w.int(42),
        "10 2a00000000000000",
        "a240992b845d4379f7acdefd4dc4cb27b509267a4823c58bb8b41b4d36fb34b7",
    );
    form(
        |w| w.float(1.5),
        "11 000000000000f83f",
        "a3daa80bb1f238f61ffc461e06133dcbbfc984b89fa0a88bd9a2cebb7135c7d7",
    );
    form(
        |w| w.bool(true),
        "12 01",
        "880b8ac0a71fef40397f2359f2137dd694dcf70db8fe8272cef8b8680938037b",
    );
    form(
        |w| w.str("é"),
        "13 02000000 c3a9",
        "14a43977d125957cc582a670f48f8d6546e2037094ef4a2f118b5a68ede7f196",
    );
    form(
        |w| w.keyword(":a"),
        "14 02000000 3a61",
        "9b02de7cbca1c4e71b1540b9599e01ab52917503b0907212fdd8b0b3914f307a",
    );
    form(
        |w| w.symbol("x", &[]),
        "15 01000000 78 00000000",
        "7a87256dca8f69d6475ef49cc48a05bdec80a85025573c7e5608ebdbf6975657",
    );
    form(
        |w| w.list(0),
        "16 00000000",
        "1307a4712c6f74f5a9d82d7198d4be17e47018ba3a5200eebc691edcd4918fce",
    );
    form(
        |w| {
            w.brace(2);
            w.symbol("a", &[]);
            w.symbol("b", &[]);
        },
        "19 02000000 15 01000000 61 00000000 15 01000000 62 00000000",
        "a888f8713cc475ad3023fd7616e6043d0c00cfc16d2187e82340370ade3a1a4f",
    );
    form(
        |w| {
            w.set(1);
            w.int(1);
        },
        "1a 01000000 10 0100000000000000",
        "18af3d23d74f33d85884cc739578e1e15569db30db2c84d918263f9652e4f1a8",
    );
    form(
        |w| {
            w.list(2);
            w.keyword(":wat::core::quote");
            w.symbol("x", &[]);
        },
        "16 02000000 14 11000000 3a7761743a3a636f72653a3a71756f7465 15 01000000 78 00000000",
        "49e036f6a3d0d0d127a7ab793409fff872fe1567c7dcd70ad43026dfba45af0c",
    );
    form(
        |w| w.program(0),
        "17 00000000",
        "4a831b5616abf18bcb845c4ec3f80a1702a0ab5906520e62afec5b4d3409d785",
    );
    form(
        |w| {
            w.program(1);
            w.list(2);
            w.symbol("f", &[]);
            w.symbol("x", &[]);
        },
        "17 01000000 16 02000000 15 01000000 66 00000000 15 01000000 78 00000000",
        "053dfd5c84d9fb5b2e68c6c8f04707383e72410a9922d958da1a773f465bcb73",
    );
}

#[test]
fn scopes_are_numbered_by_first_occurrence() {
    let mut writer = CanonWriter::new();
    writer.symbol("x", &[7, 900]);
    writer.symbol("y", &[5, 900]);
    let mut renamed = CanonWriter::new();
    renamed.symbol("x", &[0, 1]);
    renamed.symbol("y", &[1, 2]);
    assert_eq!(writer.as_bytes(), renamed.as_bytes());
    assert!(hex(writer.as_bytes()).ends_with("0200000001000000000000000200000000000000"));
}

#[test]
fn data_have_the_bytes_and_addresses_of_the_reference() {
    data(
        CanonWriter::nil,
        "20",
        "b3:2dd24daf9656417812e13bde617666f8d25e48599dadde2d0acf37ad7a6ba209",
    );
    data(
        |w| w.bool(true),
        "1201",
        "b3:63845cb583df2a3151f85462517fb91ba51a05e0dbbaa379935d138243e02d3b",
    );
    data(
        |w| {
            w.vector(2);
            w.int(1);
            w.int(2);
        },
        "1802000000100100000000000000100200000000000000",
        "b3:6738e04adcd1184f4776e4f1ecd1d3b83dd68f39f7e30cf0316787136fbe93a5",
    );
    data(
        |w| {
            w.variant("wat::core::Option", "Some", 1);
            w.int(1);
        },
        "25110000007761743a3a636f72653a3a4f7074696f6e04000000536f6d6501000000100100000000000000",
        "b3:55123d43253eb71c4b7c1bd9795463fedfdb2de3bbcd0569fb84200eb76ae497",
    );
    data(
        |w| {
            w.tuple(2);
            w.int(1);
            w.str("a");
        },
        "2602000000100100000000000000130100000061",
        "b3:89a47e4e9a83dc2fd0595b88a3a752b4b0d2f377b0451498ee28f899b924615d",
    );
    data(
        |w| {
            let mut map = w.begin_map();
            for (key, value) in [(":b", 2), (":a", 1)] {
                map.entry(w);
                w.keyword(key);
                w.int(value);
            }
            w.end(map);
        },
        "270200000014020000003a6110010000000000000014020000003a62100200000000000000",
        "b3:cdc0b249731091bf5bda84ddd6e33c2feaf4699536f50cd84d32bc45e15a5c85",
    );
    data(
        |w| {
            let mut set = w.begin_set();
            for element in [2, 1] {
                set.entry(w);
                w.int(element);
            }
            w.end(set);
        },
        "2802000000100100000000000000100200000000000000",
        "b3:ac8ee5dddf9c30fb73fbbc9a8497a02be770c41b42a1da8e5546ec6e6cb30c31",
    );
    data(
        |w| {
            w.structure("my::P", 2);
            w.int(1);
            w.int(2);
        },
        "24050000006d793a3a5002000000100100000000000000100200000000000000",
        "b3:360393007b20ce70795c5d3d16267ade0d86fa4674a4da9586ac35dffc7b7912",
    );
    data(
        |w| w.uuid(&[0; 16]),
        "2100000000000000000000000000000000",
        "b3:9665bfbd4dde553b9331112160e1552145f0e5c99fa085d529c6aa2e3904806a",
    );
    data(
        |w| w.instant(0),
        "220000000000000000",
        "b3:ba40404b0e210876c542d07781bbfe14f4345bb0692790f804f0fc7bccad6022",
    );
    data(
        |w| w.bytes(&[1, 255]),
        "230200000001ff",
        "b3:b4ec70708d0bd0f5804f1dd977e43eb4d9683dd4521f41c41ebf785862fa4d23",
    );
}

#[test]
fn nested_unordered_data_are_sorted_inside_out() {
    let build = |outer: &[&[i64]]| {
        let mut w = CanonWriter::new();
        let mut set = w.begin_set();
        for inner in outer {
            set.entry(&w);
            let mut elements = w.begin_set();
            for &element in *inner {
                elements.entry(&w);
                w.int(element);
            }
            w.end(elements);
        }
        w.end(set);
        w.into_bytes()
    };
    assert_eq!(build(&[&[3, 1], &[2], &[]]), build(&[&[], &[2], &[1, 3]]));
    let mut nan = CanonWriter::new();
    nan.data_float(f64::from_bits(0xfff8_0000_0000_0001));
    assert_eq!(hex(nan.as_bytes()), "11000000000000f87f");
}

#[test]
fn addresses_read_back_with_and_without_prefix() {
    let address = Address::of(b"");
    assert_eq!(address.to_string().parse(), Ok(address));
    assert_eq!(address.to_hex().parse(), Ok(address));
    let upper = address.to_hex().to_uppercase();
    for text in [
        "",
        "b3:",
        &upper,
        &address.to_hex()[1..],
        "b3:b3:",
        &"é".repeat(32),
    ] {
        assert!(text.parse::<Address>().is_err(), "{text}");
    }
}
