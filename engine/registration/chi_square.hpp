#pragma once

namespace trocar {

// Quantile of the chi-square distribution: the x with P(chi2_dof <= x) = probability. `dof` need
// not be whole; 0.5 <= dof <= 1000 and 0.01 <= probability <= 0.9999 are served to 1e-9 relative.
// No allocation.
double chi_square_quantile(double dof, double probability);

}  // namespace trocar
