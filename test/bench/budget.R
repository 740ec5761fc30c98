# The same in R, in doubles: capitation of 6,600 practices, pace of change, raking of 7,000 by 8, settlement of 1,000
# contracts.  Prints milliseconds, the least of several runs.  Reads practice.csv, cell.csv and contract.csv of a folder,
# and totals of what PostgreSQL answered, which it must meet.
folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) read.csv(file.path(folder, name))
practice <- read("practice.csv")
cell <- read("cell.csv")
contract <- read("contract.csv")

least_milliseconds <- function(f, runs = 7) {
  min(vapply(seq_len(runs), function(i) {
    start <- proc.time()[["elapsed"]]
    for (k in 1:50) f()
    (proc.time()[["elapsed"]] - start) * 20
  }, 0))
}

largest_remainder <- function(amount, total_units, name) {
  down <- floor(amount)
  left <- total_units - sum(down)
  down + (rank(order(order(down - amount, name))) <= left)
}

capitation <- function() {
  target <- 1e11 * practice$weighted_population / sum(practice$weighted_population)
  largest_remainder(target * 100, 1e13, practice$practice) / 100
}

# the one level at which growth spends the total: between break points the sum is a line
pace_of_change <- function() {
  b <- practice$baseline
  total <- 1.05e11
  distance <- b / (sum(b) * practice$weighted_population / sum(practice$weighted_population)) - 1
  low <- 0
  high <- 0.1
  spent <- function(m) sum(b * (1 + pmin(pmax(m - 0.3 * distance, low), high)))
  points <- sort(unique(c(low + 0.3 * distance, high + 0.3 * distance)))
  left <- 1
  right <- length(points)
  while (right - left > 1) {
    middle <- (left + right) %/% 2
    if (spent(points[middle]) < total) left <- middle else right <- middle
  }
  s <- c(spent(points[left]), spent(points[right]))
  m <- points[left] + (points[right] - points[left]) * (total - s[1]) / (s[2] - s[1])
  b * (1 + pmin(pmax(m - 0.3 * distance, low), high))
}

seed <- matrix(cell$seed, ncol = 8, byrow = TRUE)
rows <- matrix(cell$place_money, ncol = 8, byrow = TRUE)[, 1]
columns <- matrix(cell$segment_money, ncol = 8, byrow = TRUE)[1, ]
rake <- function() {
  x <- seed
  repeat {
    x <- x * (rows / rowSums(x))
    gap <- columns / colSums(x)
    if (max(abs(gap - 1)) < 1e-10) break
    x <- x * rep(gap, each = nrow(x))
  }
  x
}

settle <- function() with(contract, {
  gross <- (benchmark - actual) * years
  paid <- ifelse(gross >= msr * benchmark * years, pmin(0.5 * quality * gross, 0.1 * benchmark * years), 0)
  owed <- ifelse(gross < 0 & -gross >= msr * benchmark * years, pmin(0.3 * -gross, 0.04 * benchmark * years), 0)
  round(paid - owed, 2)
})

answers <- read("answers.csv")
found <- c(capitation = sum(sqrt(capitation())), pace = sum(sqrt(pace_of_change())), rake = sum(sqrt(rake())),
  settlement = sum(settle()))
worst <- max(abs(found / unlist(answers[names(found)]) - 1))
cat(sprintf("R %s.%s, the same to %.0e\n", R.version$major, R.version$minor, worst))
if (worst > 1e-6) quit(status = 1)
for (name in names(found)) {
  f <- list(capitation = capitation, pace = pace_of_change, rake = rake, settlement = settle)[[name]]
  cat(sprintf("%-12s %8.1f ms\n", name, least_milliseconds(f)))
}
