"""Equations to try the einsum package on: random ones, and those of numpy's and opt_einsum's own test suites."""

import random

import numpy as np

SIZES = dict(zip("abcdefghij", [2, 3, 4, 5, 4, 3, 2, 6, 5, 4], strict=True))  # numpy's own


def random_equations(count, *, seed=5, most_operands=4, most_axes=3, letters="abcijkpqXY", stretched=True):
    """(equation, shapes): every kind of letter, sizes 0 to 3, a few axes of size 1 that are stretched."""
    draw = random.Random(seed)
    for _ in range(count):
        pool = draw.sample(letters, draw.randint(1, 5))
        sizes = {letter: draw.choice([1, 2, 2, 2, 3, 3, 0] if draw.random() < 0.2 else [1, 2, 2, 3]) for letter in pool}
        inputs = [
            "".join(draw.choices(pool, k=draw.randint(0, most_axes))) for _ in range(draw.randint(1, most_operands))
        ]
        used = sorted(set("".join(inputs)))
        output = "".join(draw.sample(used, draw.randint(0, len(used))))
        shapes = []
        for term in inputs:
            own = {x: 1 if stretched and draw.random() < 0.15 else sizes[x] for x in dict.fromkeys(term)}
            shapes.append(tuple(own[x] for x in term))
        yield f"{','.join(inputs)}->{output}", shapes


def operands_of(shapes, seed=0, dtype=np.float64):
    """Random numbers, half of them negative; small whole ones for whole types."""
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return [rng.standard_normal(shape).astype(dtype) for shape in shapes]
    return [rng.integers(0, 5, shape).astype(dtype) for shape in shapes]


def shapes_by_letters(equation, sizes=SIZES):
    """As numpy's and opt_einsum's tests build operands: each letter has its size, "..." stands for i and j."""
    terms = equation.split("->")[0].replace("...", "ij").replace(" ", "").split(",")
    return [tuple(sizes[letter] for letter in term) for term in terms]


# The equations that the two suites compute without operands of their own, on sizes by letter.
COMPUTED = [
    "a,->a", "ab,->ab", ",ab,->ab", ",,->", "a,ab,abc->abc", "a,b,ab->ab", "ea,fb,gc,hd,abcd->efgh",
    "ea,fb,abcd,gc,hd->efgh", "abcd,ea,fb,gc,hd->efgh", "ab,ab,c->", "ab,ab,c->c", "ab,ab,cd,cd->", "ab,ab,cd,cd->ac",
    "ab,ab,cd,cd->cd", "ab,ab,cd,cd,ef,ef->", "ab,cd,ef->abcdef", "ab,cd,ef->acdf", "ab,cd,de->abcde", "ab,cd,de->be",
    "ab,bcd,cd->abcd", "ab,bcd,cd->abd", "eb,cb,fb->cef", "dd,fb,be,cdb->cef", "bca,cdb,dbf,afc->",
    "dcc,fce,ea,dbf->ab", "fdf,cdd,ccd,afe->ae", "abcd,ad", "ed,fcd,ff,bcf->be", "baa,dcf,af,cde->be",
    "bd,db,eac->ace", "fff,fae,bef,def->abd", "efc,dbc,acf,fd->abe", "ba,ac,da->bcd", "ab,ab", "ab,ba", "abc,abc",
    "abc,bac", "abc,cba", "ab,bc", "ab,cb", "ba,bc", "ba,cb", "abcd,cd", "abcd,ab", "abcd,cdef", "abcd,cdef->feba",
    "abcd,efdc", "aab,bc->ac", "ab,bcc->ac", "aab,bcc->ac", "baa,bcc->ac", "aab,ccb->ac", "aab,fa,df,ecc->bde",
    "ecb,fef,bad,ed->ac", "bcf,bbb,fbf,fc->", "bb,ff,be->e", "bcb,bb,fc,fff->", "fbb,dfd,fc,fc->", "afd,ba,cc,dc->bf",
    "adb,bc,fa,cfc->d", "bbd,bda,fc,db->acf", "dba,ead,cad->bce", "aef,fbc,dca->bde", "...a->...", "a...->...",
    "a...a->...a", "...,...", "a,b", "...a,...b", "...a", "...a->...a", "...b,...a->...", "ij,ij->j",
    "...ij,...jk->...ik", "ijk,kl,jl", "ijk,kl,jl,i->i", "abjk,kl,jl", "abjk,kl,jl,ab->ab", "ajk,kbl,jl,ab->ab",
    "obk,ijk->ioj",
]  # fmt: skip
# Those with more operands: too slow without optimize, so only shapes and paths are compared.
LONG = [
    "acdf,jbje,gihb,hfac,gfac,gifabc,hfac", "cd,bdhe,aidb,hgca,gc,hgibcd,hgac", "abhe,hidj,jgba,hiab,gab",
    "bde,cdh,agdb,hica,ibd,hgicd,hiac", "chd,bde,agbc,hiad,hgc,hgi,hiad", "chd,bde,agbc,hiad,bdi,cgh,agdb",
    "bdhe,acad,hiab,agac,hibd",
]  # fmt: skip
SIZES_OF_MORE = {**SIZES, "k": 3, "l": 2, "m": 3, "n": 2, "o": 4}

M = np.arange(6.0).reshape(2, 3)
# What the suites compute with operands of their own; what they refuse. One row: equation, operands.
WITH_OPERANDS = [
    ("ij", [M]),
    ("ji", [M]),
    ("ii->i", [np.eye(3)]),
    ("...ii->...i", [np.ones((2, 3, 3))]),
    ("ii...->...i", [np.ones((3, 3, 4))]),
    ("...ii->i...", [np.ones((2, 3, 3))]),
    ("jii->ij", [np.ones((2, 3, 3))]),
    ("ii...->i...", [np.ones((3, 3, 4))]),
    ("i...i->i...", [np.ones((3, 2, 3))]),
    ("i...i->...i", [np.ones((3, 2, 3))]),
    ("iii->i", [np.ones((3, 3, 3))]),
    ("ijk->jik", [np.ones((2, 3, 4))]),
    ("...i->...", [M]),
    ("i...->...", [M]),
    ("ii", [np.eye(3)]),
    ("..., ...", [3, 4]),
    ("...i, ...i", [M, M]),
    ("i..., i...", [M, M]),
    ("i,j", [M[0], M[1]]),
    ("ij, j", [M, M[0]]),
    ("ji,j", [M, M[:, 0]]),
    ("ijk, jil -> kl", [np.ones((3, 4, 5)), np.ones((4, 3, 2))]),
    ("i,i,i->i", [M[0]] * 3),
    (",i->", [3, M[0]]),
    ("i,->", [M[0], 3]),
    ("...,...", [M, M]),
    ("i,->i", [M[0], 2]),
    ("z,mz,zm->", [np.ones(2), np.ones((3, 2)), np.ones((2, 3))]),
    ("ij...,j...->i...", [np.ones((1, 3, 1, 1)), np.ones((3, 1, 1))]),
    ("...i,...i", [[1, 2, 3], [2, 3, 4]]),
    ("ijklm,ijn->", [np.ones((1, 2, 1, 2, 2)), np.ones((1, 2, 2))]),
    ("x,yx,zx->xzy", [np.ones(2), np.ones((3, 2)), np.ones((4, 2))]),
    ("ij...,...j->ij...", [np.ones((2, 3, 4)), np.ones(3)]),
    ("ij...,j->ij...", [np.ones((2, 3, 4)), np.ones(3)]),
    ("ik...,k...->i...", [M, np.ones((3, 4))]),
    ("ik...,...kj->i...j", [M, np.ones((3, 4))]),
    ("...k,kj", [M, np.ones((3, 4))]),
    ("ik,k...->i...", [M, np.ones((3, 4))]),
    ("...kl,k...", [np.ones((2, 3, 4, 5)), np.ones(4)]),
    ("...lmn,lmno->...o", [np.ones((2, 3, 4, 5)), np.ones((3, 4, 5, 6))]),
    ("cl, cpx->lpx", [np.ones((2, 3)), np.ones((2, 4, 5))]),
    ("aabb->ab", [np.ones((2, 2, 3, 3))]),
    ("ijij->", [np.ones((2, 3, 2, 3))]),
    ("bbcdc->d", [np.ones((2, 2, 3, 4, 3))]),
    ("...ft,mf->...mt", [np.ones((1, 2, 5)), np.ones((3, 2))]),
    ("ijp,ipq,ikq->ijk", [np.ones((1, 2, 3)), np.ones((1, 3, 4)), np.ones((1, 5, 4))]),
    ("cacc,bcb->", [np.ones((2, 3, 2, 2)), np.ones((4, 2, 4))]),
    ("gah,cdbcghefg->ef", [np.ones((2, 1, 3)), np.ones((1, 2, 1, 1, 2, 3, 2, 1, 2))]),
    ("ab,bc,bd->acd", [np.ones((5, 4)), np.ones((1, 5)), np.ones((4, 20))]),
    ("A...a->...", [np.ones((2, 3, 4))]),
    ("", [0]),
    ("->", [1]),
    (",", [2, 3]),
]
REFUSED = [
    ("", [0, 0]),
    (",", [0, [0], [0]]),
    (",", [[0]]),
    ("i", [0]),
    ("ij", [[0, 0]]),
    ("...i", [0]),
    ("i...j", [[0, 0]]),
    ("i...", [0]),
    ("ij...", [[0, 0]]),
    ("i..", [[0, 0]]),
    (".i...", [[0, 0]]),
    ("j->..j", [[0, 0]]),
    ("j->.j...", [[0, 0]]),
    ("i%...", [[0, 0]]),
    ("...j$", [[0, 0]]),
    ("i->&", [[0, 0]]),
    ("i->ij", [[0, 0]]),
    ("ij->jij", [[[0, 0], [0, 0]]]),
    ("ii", [M]),
    ("ii->i", [M]),
    ("i", [M]),
    ("i->i", [np.arange(6).reshape(-1, 1)]),
    ("->,->", [0, 5]),
    ("i->i,", [[0]]),
    ("ij,jk->ik", [M, M]),
    ("i,i", [[1, 2], [1, 2, 3]]),
    ("i...->i", [M]),
    ("i- >i", [[1]]),
    ("i>", [[1]]),
    ("i-", [[1]]),
    ("i->i->i", [[1]]),
    ("...,...", [[1, 2], [1, 2, 3]]),
    ("λi->i", [M]),
    ("i\t", [[1]]),
    ("i->......", [[1]]),
    ("i1->i", [M]),
    ("ii", [np.ones((1, 3))]),
    ("ii->", [np.ones((0, 1))]),
    ("i,i", [np.ones(0), np.ones(2)]),
]
