FLASK_APP=app.main:create_app
