local function count(n, sum)
  if n == 0 then return sum end
  return count(n - 1, sum + n)
end
print(string.format("%d", count(tonumber(arg[1]), 0)))
