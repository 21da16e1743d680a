local parts = {}
for n = tonumber(arg[1]), 1, -1 do
  parts[#parts + 1] = n
  parts[#parts + 1] = ","
end
print(#table.concat(parts))
