local xs, x = {}, 42
for n = tonumber(arg[1]), 1, -1 do
  xs[#xs + 1] = x
  x = (x * 16807 + 11) % 2147483647
end
table.sort(xs)
print(string.format("%d", xs[math.floor(#xs / 2) + 1]))
