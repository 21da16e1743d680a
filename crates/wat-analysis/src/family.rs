//! Groups of codes that tools search by (chapter 03 §11.6 of the reference).

use wat_syntax::Code;

/// The stable name of the group that a code belongs to; `None` for codes outside of names, types, definitions and static
/// rules. A code of several groups has the first one.
pub fn family(code: Code) -> Option<&'static str> {
    Some(match code.0 {
        1011 => "InnerColonInCompoundArg",
        1015 => "MalformedName",
        1018 | 3101 | 3104 | 3115 => "MalformedTypeExpr",
        1906 => "BareLegacyUnitValue",
        2001 => "UserMainMissing",
        2002 => "MainSignature",
        2004 => "DefNotTopLevel",
        2101 => "DefRedefForbidden",
        2102 => "DefRedefTypeChange",
        2103 => "ReservedPrefix",
        2109 | 2110 => "MalformedDecl",
        2111 => "MalformedDefdispatch",
        2120 | 2121 | 2413 | 3201 => "UnresolvedReferences",
        2190 => "BareLegacyLetStar",
        2303 | 3001 | 3010 | 3015 | 3018 | 3403 | 3404 | 3409 => "TypeMismatch",
        2305 | 3002 | 3215 => "ArityMismatch",
        2104 | 2105 | 2201..=2217 | 2301 | 2304 | 2306 => "MalformedForm",
        2908 | 3213 => "SandboxScopeLeak",
        3003 => "ReturnTypeMismatch",
        3004 | 3005 | 3013 | 3017 | 3019 | 3408 | 3410 => "MalformedForm",
        3103 => "AnyBanned",
        3105 => "CyclicAlias",
        3112 | 3203 => "UnknownType",
        3113 => "MalformedName",
        3202 => "UnboundSymbol",
        3207 => "UnnamespacedName",
        3301..=3303 | 4001 | 4007 | 6013 => "DefRestrictedCallerNotAllowed",
        3401 | 3402 => "NoMatchingArm",
        3405 | 3406 | 3411 | 3702 | 4008 | 4009 => "MissingCapability",
        3450 => "BareLegacyStreamPath",
        3901 => "BareLegacyPrimitive",
        3902 => "BareLegacyUnitType",
        3903 => "BareLegacyContainerHead",
        3904 => "BareLegacyLowercaseFn",
        4002 | 4017 | 4019 => "CommCallOutOfPosition",
        4003 => "ScopeDeadlock",
        4004 => "ChannelPairDeadlock",
        4005 => "ProcessJoinBeforeOutputDrain",
        4006 => "ProcessJoinHoldsStdinSender",
        4014 => "BareLegacyKernelQueuePath",
        4018 | 4031 | 4034 => "OrphanWorker",
        _ => return None,
    })
}
