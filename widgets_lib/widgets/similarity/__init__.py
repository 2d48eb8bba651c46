from widgets_lib.widgets.similarity.similarity import SimilarityExplorer

__all__ = ["SimilarityExplorer"]
