" wat; WebAssembly text (first form `(module`) is left to Neovim's own syntax file.
if exists('b:current_syntax') || get(b:, 'wat_dialect', 'wat') ==# 'webassembly'
  finish
endif

syn case match
syn iskeyword @,48-57,_,:,-,?,!,/,<,>,*,+,=,&,.,$,%,'

syn match   watKeyword   /:[A-Za-z0-9_\-+*\/<>=!?&.$%':]\+/ contains=watNamespace
syn match   watNamespace /:\%([A-Za-z0-9_\-+*\/=!?&.$%']\+::\)\+/ contained
syn match   watType      /:\%([A-Za-z0-9_\-!?.$']\+::\)*[A-Z][A-Za-z0-9_]*\%([A-Za-z0-9_!?']\)\@1<=\%(\/\)\@!\%(<[^ -=<]\)\@!\>/ contains=watNamespace
syn region  watTypeArgs  matchgroup=watType start=/:\%([A-Za-z0-9_\-!?.$']\+::\)*[A-Za-z][A-Za-z0-9_!?']*<[-=<]\@!/ end=/-\@1<!>\|[ \t"\]}]\@=\|$/ contains=watTypeArgsInner oneline
syn region  watTypeArgsInner matchgroup=watType start=/</ end=/-\@1<!>\|$/ contained contains=watTypeArgsInner oneline
syn match   watHead      /(\@1<=:[A-Za-z0-9_\-+*\/<>=!?&.$%':]\+/ contains=watNamespace
syn match   watSpecial   /(\@1<=:wat::core::\%(defn\|defn-restricted\|def\|def-restricted\|defmacro\|defmacro-restricted\|fn\|let\|do\|if\|cond\|when\|unless\|and\|or\|not\|match\|struct\|struct-restricted\|enum\|enum-restricted\|newtype\|typealias\|define-alias\|define-dispatch\|quote\|quasiquote\|unquote\|unquote-splicing\|forms\|->\|->>\)\%([ \t()\[\]{}"]\|$\)\@=/ contains=watNamespace
syn match   watOption    /:\%(else\|restricted-to\|as\|when\)\%([ \t()\[\]{}"]\|$\)\@=/
syn match   watNumber    /\%([A-Za-z0-9_\-+*\/<>=!?&.$%':]\)\@1<!-\?\%(0x_\?\x[0-9a-fA-F_]*\|0o_\?\o[0-7_]*\|0b_\?[01][01_]*\|\d[0-9_]*\%(\.\d[0-9_]*\)\?\%([eE][+-]\?\d[0-9_]*\)\?\)\%([A-Za-z0-9_\-+*\/<>=!?&.$%':]\)\@!/
syn keyword watBoolean   true false
syn match   watArrow     /\%([^ \t()\[\]]\)\@1<!\%(<-\|->\|&\)\%([^ \t()\[\]]\)\@!/
syn match   watPrefix    /\~@\|[`~]\|\%([A-Za-z0-9_\-+*\/<>=!?&.$%':]\)\@1<!'/
syn region  watString    start=/"/ skip=/\\\\\|\\"/ end=/"/ contains=watEscape,@Spell
syn match   watEscape    /\\\%(["\\\/ntr0bf]\|u\x\{4}\|u{\x\{1,6}}\)/ contained
syn match   watComment   /;.*$/ contains=watRune,watTodo,@Spell
syn match   watRune      /;\+\s*\zsrune:[^ ]*/ contained
syn keyword watTodo      TODO NOTE contained
syn match   watShebang   /\%^#!.*$/

syn sync minlines=200

hi def link watKeyword   Constant
hi def link watNamespace Comment
hi def link watType      Type
hi def link watTypeArgs  Type
hi def link watTypeArgsInner Type
hi def link watHead      Function
hi def link watSpecial   Keyword
hi def link watOption    Label
hi def link watNumber    Number
hi def link watBoolean   Boolean
hi def link watArrow     Operator
hi def link watPrefix    Operator
hi def link watString    String
hi def link watEscape    SpecialChar
hi def link watComment   Comment
hi def link watRune      SpecialComment
hi def link watTodo      Todo
hi def link watShebang   PreProc

let b:current_syntax = 'wat'
