local function count(n, sum)
  if n == 0 then return sum end
  return count(n - 1, sum + n)
end

print(count(100000000, 0))
