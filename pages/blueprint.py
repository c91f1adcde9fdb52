"""The blueprint on which every member page puts its routes."""

from flask import Blueprint

pages = Blueprint("pages", __name__, url_prefix="/m", template_folder="../templates")
