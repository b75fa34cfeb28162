"""Dues (会费): standards and bills, money in, arrears and reminders, receipts. The tables stand in members.models."""
