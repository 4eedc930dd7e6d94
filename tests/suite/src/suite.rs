//! A suite of nets, each written down once: the declarations, and a macro that calls another with all
//! their names, in their order.

/// Declares nets as [`cpfo::net!`] does, and the macro that goes through them.
#[macro_export]
macro_rules! suite {
    ($each:ident: $(
        $(#[$doc:meta])*
        pub mod $net:ident: $rows:literal x $columns:literal x $maps:literal { $($layers:tt)+ }
    )+) => {
        suite! { @each ($) $each $($net)+ }
        $(cpfo::net! {
            $(#[$doc])*
            pub mod $net: $rows x $columns x $maps { $($layers)+ }
        })+
    };
    // A macro that writes a macro needs to be given the dollar.
    (@each ($dollar:tt) $each:ident $($net:ident)+) => {
        /// Calls a macro with the names of all nets.
        #[macro_export]
        macro_rules! $each {
            ($dollar then:path) => { $dollar then! { $($net)+ } };
        }
    };
}
