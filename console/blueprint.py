"""The blueprint on which every view of the console puts its routes."""

from flask import Blueprint

console = Blueprint("console", __name__, url_prefix="/console", template_folder="../templates")
