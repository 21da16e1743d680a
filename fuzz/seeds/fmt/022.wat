(:wat::core::defn :demo::subsystem::with::a::deliberately::long::namespace::and::an::equally::long::function::name::for::the::example [] -> :wat::core::i64 1)
(:wat::core::let [handle-for-the-connection :wat::some::very::deep::namespace::WithAnExtremelyLongTypeName::AndAnEvenLongerVariantName::ThatNeverEnds] handle-for-the-connection)
