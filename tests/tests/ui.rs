//! Nets that cannot be do not compile, and the compiler says why in words that a beginner can act
//! on. `TRYBUILD=overwrite cargo test -p cpfo-tests --test ui` writes the messages anew.

#[test]
fn illegal_nets_do_not_compile() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
