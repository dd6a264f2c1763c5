"""The door of the dashboard: sign-in outside of Streamlit, which can read cookies but set none."""
