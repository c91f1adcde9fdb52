"""Identity numbers that are well formed and nobody's: no region of China has the code 99."""

NOBODYS_REGION = "990000"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"


def nobodys_number(*, birth_year: int, day_of_year: int, order: int) -> str:
    """18 characters by GB 11643: region, birth date, order within the day, check digit.

    `day_of_year` counts from 0 through twelve months of 28 days; `order` is odd for men, even for women.
    """
    month, day = divmod(day_of_year, 28)
    body = f"{NOBODYS_REGION}{birth_year:04d}{month + 1:02d}{day + 1:02d}{order:03d}"
    return body + check_digit(body)


def check_digit(body: str) -> str:
    """Of the first 17 digits, by ISO 7064 MOD 11-2."""
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return CHECK_DIGITS[total % 11]
