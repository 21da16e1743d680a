-- `.wat` is claimed by WebAssembly text in Neovim's runtime too. Both keep the filetype `wat`;
-- the first form decides which of them a buffer is, and every file of this plugin asks `wat.dialect`.
vim.filetype.add({
  extension = {
    wat = function(_, bufnr)
      require('wat.dialect').detect(bufnr)
      return 'wat'
    end,
  },
})
