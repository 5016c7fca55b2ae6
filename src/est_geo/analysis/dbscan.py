"""DBSCAN as a scikit-learn estimator: the same cores and noise, in memory of the points' size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from est_geo.analysis.dbscan_labels import dbscan_labels
from est_geo.checks import check_number

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_PLANE = 2


class SpatialDBSCAN(ClusterMixin, BaseEstimator):
    """DBSCAN of points in a plane, with weights and without dependence on the order of the rows.

    Core points, noise and the partition of the core points are those of
    `sklearn.cluster.DBSCAN`. A border point joins its nearest core point (equally near: the more
    southern, then the more western one), where scikit-learn lets the order of the rows decide.
    Clusters are numbered as scikit-learn does, by their first core row.

    Parameters
    ----------
    eps : float
        Radius, in the unit of the coordinates. A point at exactly `eps` is a neighbour.
    min_samples : float
        Weight within `eps`, the point itself counted, that makes a core point.

    Attributes
    ----------
    labels_ : array of n int
        Cluster of each row, −1 for noise.
    core_sample_indices_ : array of int
        Rows that are core points.
    components_ : array of (cores, 2) float
        Their coordinates, taken out of X when asked for.
    n_features_in_ : int
        Always 2.

    References
    ----------
    .. [1] Ester, Kriegel, Sander, Xu (1996), A density-based algorithm for discovering clusters.

    Examples
    --------
    >>> from est_geo import SpatialDBSCAN
    >>> points = [[0, 0], [1, 0], [0, 1], [10, 10]]
    >>> SpatialDBSCAN(eps=1.5, min_samples=3).fit_predict(points).tolist()
    [0, 0, 0, -1]
    """

    def __init__(self, eps: float = 50.0, *, min_samples: float = 5) -> None:
        self.eps = eps
        self.min_samples = min_samples

    def fit(
        self,
        X: ArrayLike,  # noqa: N803 - scikit-learn's name
        y: object = None,  # noqa: ARG002 - part of scikit-learn's protocol
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Cluster the rows of X.

        Parameters
        ----------
        X : array of (n, 2) float
            Eastings and northings; finite.
        y : ignored
            There by convention.
        sample_weight : array of n float
            Weight of each row, 1 by default. A row of weight k counts as k rows; a negative weight
            lowers the weight around it and can keep a point from being core.

        Returns
        -------
        SpatialDBSCAN
            Itself, fitted.

        Raises
        ------
        InputError
            If `eps` or `min_samples` is not above 0.
        ValueError
            From scikit-learn, if X is not a finite (n, 2) array, or the weights do not match it.
        """
        check_number(self.eps, name="eps", above=0)
        check_number(self.min_samples, name="min_samples", above=0)
        points = validate_data(self, X, dtype=np.float64, ensure_min_features=_PLANE)
        if points.shape[1] != _PLANE:
            raise ValueError(
                f"X has {points.shape[1]} features, but SpatialDBSCAN clusters points in a plane: "
                "give it 2, easting and northing."
            )
        weight = (
            None
            if sample_weight is None
            else _check_sample_weight(sample_weight, points, dtype=np.float64)
        )
        self.labels_, core = dbscan_labels(
            points, weight, eps=float(self.eps), min_weight=float(self.min_samples)
        )
        self.core_sample_indices_ = np.flatnonzero(core)
        self._fit_X = points  # as scikit-learn's neighbours keep it: no copy
        return self

    @property
    def components_(self) -> NDArray[np.float64]:
        """Coordinates of the core points, as an array of (cores, 2)."""
        check_is_fitted(self)
        return np.take(self._fit_X, self.core_sample_indices_, axis=0)

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401 - scikit-learn ships no types
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags
