" wat check, one diagnostic per line: FILE:LINE:COL: error[WAT3001]: MESSAGE
if exists('current_compiler')
  finish
endif
let current_compiler = 'wat'

CompilerSet makeprg=wat\ check\ --format\ short\ %:S
CompilerSet errorformat=%f:%l:%c:\ %t%*[a-z][WAT%n]:\ %m,%-G%.%#
