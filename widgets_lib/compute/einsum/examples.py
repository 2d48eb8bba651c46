"""Operations to begin with: each with its title, its equation and shapes small enough to draw."""

from dataclasses import dataclass

from .binding import Shape


@dataclass(frozen=True)
class Preset:
    """key: stays the same; title: what it is called; equation; shapes: of example operands; says: what it does."""

    key: str
    title: str
    equation: str
    shapes: tuple[Shape, ...]
    says: str


PRESETS = {
    preset.key: preset
    for preset in (
        Preset("matmul", "Matrix product", "ik,kj->ij", ((3, 4), (4, 2)), "rows of a times columns of b"),
        Preset("matvec", "Matrix times vector", "ik,k->i", ((3, 4), (4,)), "one number for each row"),
        Preset("dot", "Dot product", "k,k->", ((5,), (5,)), "pairs multiplied and added up"),
        Preset("outer", "Outer product", "i,j->ij", ((3,), (4,)), "every number of a times every number of b"),
        Preset("hadamard", "Product of cells", "ij,ij->ij", ((3, 4), (3, 4)), "each pair of cells, nothing added"),
        Preset("transpose", "Transpose", "ij->ji", ((3, 4),), "rows become columns"),
        Preset("row-sums", "Sum of each row", "ik->i", ((3, 4),), "the columns are added up"),
        Preset("sum", "Sum of all cells", "kl->", ((3, 4),), "nothing is kept"),
        Preset("diagonal", "Diagonal", "ii->i", ((4, 4),), "a letter twice in one operand"),
        Preset("trace", "Trace", "kk->", ((4, 4),), "the diagonal added up"),
        Preset("inner", "Sum of products", "kl,kl->", ((3, 4), (3, 4)), "pairs of cells multiplied, all added up"),
        Preset("bmm", "Batch of matrix products", "pik,pkj->pij", ((2, 3, 4), (2, 4, 3)), "one product on each page"),
        Preset(
            "batched-outer", "Batch of outer products", "pi,pj->pij", ((2, 3), (2, 4)), "one outer product on each page"
        ),
        Preset("bilinear", "Bilinear form", "k,kl,l->", ((3,), (3, 4), (4,)), "a matrix between two vectors"),
        Preset(
            "chain", "Product of three matrices", "ik,kl,lj->ij", ((2, 4), (4, 3), (3, 2)), "the order decides the cost"
        ),
        Preset("apart", "Sums apart", "ik,lj->ij", ((3, 4), (2, 3)), "k and l are summed each by itself"),
    )
}
